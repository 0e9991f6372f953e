// What drivers and customers are told about one shipment, and what became of each notice.
#pragma once

#include <waybill/core.h>

#include <string>
#include <vector>

namespace waybill::notices {

BOOST_DEFINE_ENUM_CLASS(Receiver, driver, customer)

BOOST_DEFINE_ENUM_CLASS(Stage,
    sending,
    delivered,   // the receiver's server took it
    no_address,  // this kind of receiver is told nothing: no URL is set
    failed)      // given up after every retry, or refused for good

struct Notice {
    std::string id;  // "<type>-<assignment or shipment>": the same for every attempt and after any crash
    std::string type;
    Receiver receiver = Receiver::driver;
    std::string receiver_id;
    Stage stage = Stage::sending;
    int attempts = 0;
    std::string why;  // it failed
    bool operator==(const Notice&) const = default;
};
BOOST_DESCRIBE_STRUCT(Notice, (), (id, type, receiver, receiver_id, stage, attempts, why))

// All notices of one shipment (or of the offer before it: they have one id), oldest first.
struct Notices {
    std::string shipment_id;
    std::vector<Notice> notices;
    bool operator==(const Notices&) const = default;
};
BOOST_DESCRIBE_STRUCT(Notices, (), (shipment_id, notices))

const Notice* find(const Notices& all, std::string_view id);
Notices with(Notices all, Notice notice);  // added, or in the place of the one with its id

// To the receiver's server: take this.
struct Deliver {
    static constexpr std::string_view call = "deliver";
    std::string notice_id;
    Receiver receiver = Receiver::driver;
    std::string receiver_id;
    std::string body;  // JSON: {"type", "timestamp", "data"}

    struct Answer {
        bool delivered = false;  // false: no address
        bool operator==(const Answer&) const = default;
    };
    bool operator==(const Deliver&) const = default;
};
BOOST_DESCRIBE_STRUCT(Deliver, (), (notice_id, receiver, receiver_id, body))
BOOST_DESCRIBE_STRUCT(Deliver::Answer, (), (delivered))

}  // namespace waybill::notices
