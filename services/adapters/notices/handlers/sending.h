// How a handler sends a notice, and the words in which stops and times are told.
#pragma once

#include "handlers/handlers.h"

#include <waybill/json.h>

namespace waybill::notices {

// What the receiver reads under "data". No person's name, address or number.
struct StopTold { std::string place, country, postal_code, date, time_from, time_to; };
BOOST_DESCRIBE_STRUCT(StopTold, (), (place, country, postal_code, date, time_from, time_to))
StopTold told(const ::common::v1::Stop& stop);
Instant told(const google::protobuf::Timestamp& time);

// The shipment's notices with those that this decision sends. A notice that was sent before is not sent again.
class Sending {
public:
    Sending(const Notices* sent, const std::string& shipment_id, Instant now) : all_(sent ? *sent : Notices{shipment_id, {}}), now_(now) {}

    template <class Told>
    Sending tell(Receiver receiver, const std::string& receiver_id, const std::string& type, const std::string& about, const Told& data) && {
        add(receiver, receiver_id, type, type + "-" + about, json::to_json(data));
        return std::move(*this);
    }
    operator Decision() &&;

private:
    void add(Receiver receiver, const std::string& receiver_id, const std::string& type, const std::string& id, const std::string& data);

    Notices all_;
    Instant now_;
    std::vector<Deliver> calls_;
};

}  // namespace waybill::notices
