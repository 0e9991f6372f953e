// The collection of one invoice's money: asked of a bank, pending there, and settled by whoever tells first: the bank when
// it is asked again, or the bank's own notice.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <string>

namespace waybill::payments {

using namespace std::chrono_literals;

// How often a bank is asked whether the money came: after the wait it named, then twice as long each time up to a day;
// with a bank that names minutes this is about a month in all.
constexpr int most_enquiries = 40;
constexpr std::chrono::milliseconds longest_wait = 24h;

BOOST_DEFINE_ENUM_CLASS(Stage, asking, pending, settled, failed)

struct Collection {
    std::string shipment_id;
    std::string invoice_number;
    Money amount;
    Stage stage = Stage::asking;
    std::string bank_reference;             // the bank's name for it; empty while asking
    std::optional<Instant> pending_since;
    std::int64_t first_wait_ms = 0;
    int enquiries = 0;
    std::string why;                        // it failed
    bool operator==(const Collection&) const = default;
};
BOOST_DESCRIBE_STRUCT(Collection, (), (shipment_id, invoice_number, amount, stage, bank_reference, pending_since, first_wait_ms, enquiries, why))

// To the bank: collect this.
struct Collect {
    static constexpr std::string_view call = "collect";
    std::string shipment_id, invoice_number;
    Money amount;

    struct Answer {
        bool accepted = false;
        std::string bank_reference;
        std::int64_t ask_again_ms = 0;  // not before then is there news
        std::string why;                // it is not accepted
        bool operator==(const Answer&) const = default;
    };
    bool operator==(const Collect&) const = default;
};
BOOST_DESCRIBE_STRUCT(Collect, (), (shipment_id, invoice_number, amount))
BOOST_DESCRIBE_STRUCT(Collect::Answer, (), (accepted, bank_reference, ask_again_ms, why))

BOOST_DEFINE_ENUM_CLASS(Standing, pending, settled, failed)

// To the bank: how does it stand? The times let a bank that is a pure function answer.
struct Enquire {
    static constexpr std::string_view call = "enquire";
    std::string bank_reference;
    Money amount;
    Instant pending_since{}, asked_at{};

    struct Answer {
        Standing standing = Standing::pending;
        Money amount;     // what came, when settled
        std::string why;  // it failed
        bool operator==(const Answer&) const = default;
    };
    bool operator==(const Enquire&) const = default;
};
BOOST_DESCRIBE_STRUCT(Enquire, (), (bank_reference, amount, pending_since, asked_at))
BOOST_DESCRIBE_STRUCT(Enquire::Answer, (), (standing, amount, why))

Collection pending_at_the_bank(Collection collection, const Collect::Answer& answer, Instant now);
Collection settled_by(Collection collection, std::string bank_reference);
Collection failed_because(Collection collection, std::string why);

// When to ask the bank the next time; nothing when the enquiries are spent.
std::optional<Instant> next_enquiry(const Collection& collection, Instant now);

}  // namespace waybill::payments
