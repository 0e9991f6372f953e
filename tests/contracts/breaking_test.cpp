// What was released stays: readers of the last version must understand today's events, and today's readers the last
// version's. contracts/released/v1.binpb is the image of what was released; contracts/README.md says how it is made.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gmock/gmock.h>

#include <fstream>

namespace waybill {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::DescriptorProto;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

FileDescriptorSet released() {
    FileDescriptorSet set;
    std::ifstream in(WAYBILL_CONTRACTS "/released/v1.binpb", std::ios::binary);
    if (!set.ParseFromIstream(&in) || set.file().empty()) throw std::runtime_error("contracts/released/v1.binpb is missing or no image; contracts/README.md says how it is made");
    return set;
}

std::string type_of(const FieldDescriptor& field) {
    std::string type = field.type_name();
    if (const auto* message = field.message_type()) type = message->full_name();
    if (const auto* values = field.enum_type()) type = values->full_name();
    return (field.is_repeated() ? "repeated " : field.has_presence() && !field.message_type() ? "optional " : "") + type;
}

using Complaints = std::vector<std::string>;

void compare(const EnumDescriptor& then, const EnumDescriptor* now, Complaints& complaints) {
    if (!now) return complaints.push_back(then.full_name() + " was removed");
    for (int i = 0; i < then.value_count(); ++i) {
        const auto& value = *then.value(i);
        const auto* same = now->FindValueByName(value.name());
        if (!same) complaints.push_back(then.full_name() + "." + value.name() + " was removed");
        else if (same->number() != value.number()) complaints.push_back(then.full_name() + "." + value.name() + " was " + std::to_string(value.number()) + " and is " + std::to_string(same->number()));
    }
}

void compare(const Descriptor& then, const Descriptor* now, Complaints& complaints) {
    if (!now) return complaints.push_back(then.full_name() + " was removed");
    for (int i = 0; i < then.field_count(); ++i) {
        const auto& field = *then.field(i);
        const auto* same = now->FindFieldByNumber(field.number());
        if (!same) complaints.push_back(field.full_name() + " = " + std::to_string(field.number()) + " was removed");
        else if (same->name() != field.name()) complaints.push_back(field.full_name() + " = " + std::to_string(field.number()) + " is now " + same->name());
        else if (type_of(*same) != type_of(field)) complaints.push_back(field.full_name() + " was " + type_of(field) + " and is " + type_of(*same));
    }
    for (int i = 0; i < then.enum_type_count(); ++i) compare(*then.enum_type(i), now->FindEnumTypeByName(then.enum_type(i)->name()), complaints);
    for (int i = 0; i < then.nested_type_count(); ++i) compare(*then.nested_type(i), now->FindNestedTypeByName(then.nested_type(i)->name()), complaints);
}

// What readers of `then` would miss or misread in `now`. New messages, fields and values are welcome.
Complaints broken_between(const FileDescriptorSet& then, const DescriptorPool& now) {
    DescriptorPool past;
    Complaints complaints;
    for (const auto& proto : then.file()) {
        const auto* file = past.BuildFile(proto);
        if (!file) throw std::runtime_error("the image cannot be understood: " + proto.name());
        if (file->package().rfind("google.", 0) == 0) continue;
        for (int i = 0; i < file->message_type_count(); ++i) compare(*file->message_type(i), now.FindMessageTypeByName(file->message_type(i)->full_name()), complaints);
        for (int i = 0; i < file->enum_type_count(); ++i) compare(*file->enum_type(i), now.FindEnumTypeByName(file->enum_type(i)->full_name()), complaints);
    }
    return complaints;
}

TEST(Contracts, BreakNobodyWhoReadsTheReleasedOnes) {
    // Of this program: golden_samples_test.cpp uses every event, so each is in the pool.
    EXPECT_THAT(broken_between(released(), *DescriptorPool::generated_pool()), IsEmpty())
        << "keep the field and add another one, or make a new version of the message (docs: contracts/README.md)";
}

TEST(Contracts, HaveAnImageOfEveryEvent) {
    const auto set = released();
    Complaints names;
    for (const auto& file : set.file()) names.push_back(file.name());
    for (const char* service : {"billing", "edge", "extraction", "fleet", "fulfilment", "intake", "notices", "payments", "places", "routes", "tax"})
        EXPECT_THAT(names, Contains(std::string(service) + "/v1/" + service + ".proto"));
}

// ---- and the comparison sees what it must ---------------------------------------------------------------------------------

FileDescriptorProto* file_of(FileDescriptorSet& set, const std::string& name) {
    for (auto& file : *set.mutable_file())
        if (file.name() == name) return &file;
    throw std::logic_error(name);
}

DescriptorProto* message_of(FileDescriptorSet& set, const std::string& file, const std::string& name) {
    for (auto& message : *file_of(set, file)->mutable_message_type())
        if (message.name() == name) return &message;
    throw std::logic_error(name);
}

// The complaints when today's contracts were the released ones with this change.
template <class Change>
Complaints after(Change change) {
    auto changed = released();
    change(changed);
    DescriptorPool now;
    for (const auto& file : changed.file())
        if (!now.BuildFile(file)) throw std::logic_error("the changed contracts do not compile: " + file.name());
    return broken_between(released(), now);
}

TEST(Breaking, SeesAFieldThatWasRemoved) {
    EXPECT_THAT(after([](auto& set) { message_of(set, "intake/v1/intake.proto", "OfferRefused")->mutable_field()->DeleteSubrange(2, 1); }),
                ElementsAre("intake.v1.OfferRefused.reason = 3 was removed"));
}

TEST(Breaking, SeesAFieldThatWasRenamed) {
    EXPECT_THAT(after([](auto& set) { message_of(set, "intake/v1/intake.proto", "OfferRefused")->mutable_field(2)->set_name("why"); }),
                ElementsAre("intake.v1.OfferRefused.reason = 3 is now why"));
}

TEST(Breaking, SeesAFieldOfAnotherType) {
    EXPECT_THAT(after([](auto& set) { message_of(set, "routes/v1/routes.proto", "RouteFound")->mutable_field(1)->set_type(google::protobuf::FieldDescriptorProto::TYPE_DOUBLE); }),
                ElementsAre("routes.v1.RouteFound.kilometres was int32 and is double"));
}

TEST(Breaking, SeesAFieldThatBecameAList) {
    EXPECT_THAT(after([](auto& set) { message_of(set, "routes/v1/routes.proto", "RouteFound")->mutable_field(4)->set_label(google::protobuf::FieldDescriptorProto::LABEL_REPEATED); }),
                ElementsAre("routes.v1.RouteFound.provider was string and is repeated string"));
}

TEST(Breaking, SeesAnEnumThatWasRenumbered) {
    EXPECT_THAT(after([](auto& set) { message_of(set, "edge/v1/edge.proto", "OfferReviewed")->mutable_enum_type(0)->mutable_value(2)->set_number(3); }),
                ElementsAre("edge.v1.OfferReviewed.Verdict.VERDICT_REFUSE was 2 and is 3"));
}

TEST(Breaking, SeesAnEventThatIsGone) {
    EXPECT_THAT(after([](auto& set) { message_of(set, "tax/v1/tax.proto", "TaxDetermined")->set_name("VatDetermined"); }), ElementsAre("tax.v1.TaxDetermined was removed"));
}

TEST(Breaking, WelcomesWhatIsNew) {
    EXPECT_THAT(after([](auto& set) {
                    auto* field = message_of(set, "routes/v1/routes.proto", "RouteFound")->add_field();
                    field->set_name("toll");
                    field->set_number(6);
                    field->set_type(google::protobuf::FieldDescriptorProto::TYPE_INT32);
                    field->set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
                    file_of(set, "routes/v1/routes.proto")->add_message_type()->set_name("RouteChanged");
                }),
                IsEmpty());
}

}  // namespace
}  // namespace waybill
