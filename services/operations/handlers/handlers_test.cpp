#include "handlers/handlers.h"

#include <google/protobuf/util/time_util.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <map>
#include <set>

namespace waybill::operations {
namespace {

using testing::ElementsAre;

const Instant noon = *parse_instant("2026-11-23T12:00:00Z");

Envelope envelope() {
    Envelope made;
    made.type = "intake.v1.OfferRegistered";
    made.source = "intake";
    made.topic = "intake.events";
    made.partition = 2;
    made.lane = 2;
    made.incarnation = 1;
    made.seq = 41;
    made.subject = "wb-1";
    made.cause = "edge.to.intake/2/0/1/7";
    made.time = noon;
    return made;
}

boost::json::object values(const runtime::Row& row) { return boost::json::parse(row.values).as_object(); }

::fulfilment::v1::ShipmentAdvanced advanced() {
    ::fulfilment::v1::ShipmentAdvanced event;
    event.set_shipment_id("wb-1");
    event.set_stage("offered");
    event.set_awaited("the driver's answer");
    event.set_awaited_from("driver");
    google::protobuf::util::TimeUtil::FromString("2026-11-23T12:10:00Z", event.mutable_awaited_until());
    event.set_why("a vehicle was found");
    event.set_attempt(1);
    event.set_driver_id("KUN-D03");
    event.set_vehicle_id("KUN-03");
    event.set_kilometres(1610);
    return event;
}

TEST(EveryEvent, IsOnTheTimelineUnderItsNumber) {
    const auto decision = every_event(envelope(), noon);

    ASSERT_EQ(decision.rows.size(), 1u);
    EXPECT_EQ(decision.rows[0].table, "timeline");
    EXPECT_THAT(decision.rows[0].key, ElementsAre("event_id"));
    const auto row = values(decision.rows[0]);
    EXPECT_EQ(row.at("event_id").as_string(), std::string_view(envelope().id()));
    EXPECT_EQ(row.at("seq"), 41);
    EXPECT_EQ(row.at("partition"), 2);
    EXPECT_EQ(row.at("time"), "2026-11-23T12:00:00.000Z");
}

TEST(OfferRegistered, IsAShipmentToBe) {
    ::intake::v1::OfferRegistered event;
    event.set_offer_id("wb-1");
    event.set_customer_id("cust-nl");
    google::protobuf::util::TimeUtil::FromString("2026-10-05T07:42:00Z", event.mutable_received_at());

    const auto decision = offer_registered(event, envelope(), noon);

    EXPECT_EQ(values(decision.rows.at(0)).at("customer"), "cust-nl");
    EXPECT_EQ(values(decision.rows.at(0)).at("received_at"), "2026-10-05T07:42:00.000Z");
    EXPECT_EQ(values(decision.rows.at(1)).at("offer_state"), "extracting");
}

TEST(ShipmentAdvanced, WritesWhereItIs) {
    const auto row = values(shipment_advanced(advanced(), envelope(), noon).rows.at(0));
    EXPECT_EQ(row.at("stage"), "offered");
    EXPECT_EQ(row.at("awaited_until"), "2026-11-23T12:10:00.000Z");
    EXPECT_EQ(row.at("kilometres"), 1610);

    ::fulfilment::v1::ShipmentAdvanced bare;
    bare.set_shipment_id("wb-1");
    bare.set_stage("closed");
    const auto ended = values(shipment_advanced(bare, envelope(), noon).rows.at(0));
    for (const char* column : {"awaited", "awaited_from", "awaited_until", "driver", "vehicle", "kilometres"}) EXPECT_TRUE(ended.at(column).is_null()) << column;
}

TEST(InvoiceIssued, WritesExactAmounts) {
    ::billing::v1::InvoiceIssued event;
    event.set_shipment_id("wb-1");
    event.mutable_net()->set_minor(138000), event.mutable_net()->set_currency("EUR");
    event.mutable_vat()->set_minor(28980), event.mutable_vat()->set_currency("EUR");
    event.mutable_gross()->set_minor(166980), event.mutable_gross()->set_currency("EUR");

    const auto row = values(invoice_issued(event, envelope(), noon).rows.at(0));

    EXPECT_EQ(row.at("net"), "1380.00");
    EXPECT_EQ(row.at("gross"), "1669.80");
    EXPECT_EQ(row.at("currency"), "EUR");
}

// Sources are not ordered against each other, and rows of one key may be written group by group: so a column that stood in
// two groups could end with the older value.
TEST(Columns, BelongToOneGroupEach) {
    std::vector<runtime::Row> rows;
    const auto add = [&](const Decision& decision) { rows.insert(rows.end(), decision.rows.begin(), decision.rows.end()); };
    const Envelope e = envelope();
    add(every_event(e, noon));
    add(offer_registered({}, e, noon));
    add(offer_needs_review({}, e, noon));
    add(offer_normalised({}, e, noon));
    add(offer_refused({}, e, noon));
    add(shipment_advanced({}, e, noon));
    add(person_needed({}, e, noon));
    add(assignment_offered({}, e, noon));
    add(assignment_confirmed({}, e, noon));
    add(assignment_withdrawn({}, e, noon));
    add(vehicle_seen({}, e, noon));
    add(invoice_issued({}, e, noon));
    add(invoice_paid({}, e, noon));

    std::map<std::string, std::set<std::vector<std::string>>> groups;  // of "table.column"
    for (const auto& row : rows) {
        for (const auto& column : row.columns) {
            if (column != row.key.at(0)) groups[row.table + "." + column].insert(row.columns);
        }
    }
    for (const auto& [column, in] : groups) EXPECT_EQ(in.size(), 1u) << column;
}

}  // namespace
}  // namespace waybill::operations
