// Every event has a sample in contracts/<service>/v1/samples/. Once released, a sample stays as it is: that it can still
// be read is the promise to everyone who has such events in a topic, an outbox or an archive.
#include <waybill/contracts/billing.h>
#include <waybill/contracts/edge.h>
#include <waybill/contracts/extraction.h>
#include <waybill/contracts/fleet.h>
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/intake.h>
#include <waybill/contracts/notices.h>
#include <waybill/contracts/payments.h>
#include <waybill/contracts/places.h>
#include <waybill/contracts/routes.h>
#include <waybill/contracts/tax.h>

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace waybill {
namespace {

namespace fs = std::filesystem;
using google::protobuf::util::MessageDifferencer;

const fs::path contracts_folder = WAYBILL_CONTRACTS;

std::string text_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

template <class Event>
fs::path sample_of() {
    const std::string type(runtime::Contract<Event>::type);
    return contracts_folder / std::string(runtime::Contract<Event>::service) / "v1/samples" / (type.substr(type.rfind('.') + 1) + ".json");
}

template <class Emits> struct Each;
template <class... Event>
struct Each<std::variant<Event...>> {
    static void run(auto&& test) { (test.template operator()<Event>(), ...); }
};

void for_every_event(auto&& test) {
    Each<edge::v1::Emits>::run(test);
    Each<intake::v1::Emits>::run(test);
    Each<fulfilment::v1::Emits>::run(test);
    Each<fleet::v1::Emits>::run(test);
    Each<billing::v1::Emits>::run(test);
    Each<extraction::v1::Emits>::run(test);
    Each<places::v1::Emits>::run(test);
    Each<routes::v1::Emits>::run(test);
    Each<tax::v1::Emits>::run(test);
    Each<payments::v1::Emits>::run(test);
    Each<notices::v1::Emits>::run(test);
}

TEST(GoldenSamples, AreReadByTodaysMessages) {
    for_every_event([]<class Event>() {
        SCOPED_TRACE(sample_of<Event>());
        ASSERT_TRUE(fs::exists(sample_of<Event>())) << "every event needs a sample: write one, in Protobuf's JSON mapping";

        Event event;
        const auto status = google::protobuf::util::JsonStringToMessage(text_of(sample_of<Event>()), &event);  // refuses fields that it does not know

        ASSERT_TRUE(status.ok()) << status.ToString() << "; a released sample stays: the message must go on reading it";
        EXPECT_NE(runtime::Contract<Event>::subject(event), "") << "its subject is what it is about";
    });
}

TEST(GoldenSamples, SurviveTheWireAndTheLanguageOfPeople) {
    for_every_event([]<class Event>() {
        SCOPED_TRACE(sample_of<Event>());
        Event event, from_wire, from_json;
        ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text_of(sample_of<Event>()), &event).ok());

        ASSERT_TRUE(from_wire.ParseFromString(event.SerializeAsString()));
        std::string json;
        ASSERT_TRUE(google::protobuf::util::MessageToJsonString(event, &json).ok());
        ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &from_json).ok());

        EXPECT_TRUE(MessageDifferencer::Equals(event, from_wire));
        EXPECT_TRUE(MessageDifferencer::Equals(event, from_json));
    });
}

TEST(GoldenSamples, BelongToAnEventEach) {
    std::set<fs::path> wanted, found;
    for_every_event([&]<class Event>() { wanted.insert(sample_of<Event>()); });
    for (const auto& entry : fs::recursive_directory_iterator(contracts_folder))
        if (entry.is_regular_file() && entry.path().parent_path().filename() == "samples") found.insert(entry.path());

    EXPECT_EQ(found, wanted);
}

}  // namespace
}  // namespace waybill
