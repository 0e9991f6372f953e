#include <waybill/contracts/billing.h>
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/routes.h>
#include <waybill/runtime.h>

#include <gtest/gtest.h>

#include <limits>

namespace waybill::runtime {
namespace {

enum class Stage { routing, finding_vehicle };
BOOST_DESCRIBE_ENUM(Stage, routing, finding_vehicle)
struct Shipment {
    std::string id;
    Stage stage = Stage::routing;
    int kilometres = 0;
    bool operator==(const Shipment&) const = default;
};
BOOST_DESCRIBE_STRUCT(Shipment, (), (id, stage, kilometres))
using Emits = ::fulfilment::v1::Emits;
using ShipmentDecision = Decision<Shipment, Emits>;

template <class Event> concept CanAnnounce = requires(ShipmentDecision decision, Event event) { std::move(decision).announcing(event); };
static_assert(CanAnnounce<::fulfilment::v1::RouteRequested>);
static_assert(!CanAnnounce<::billing::v1::InvoiceIssued>, "an event of another service does not compile");

struct Find {
    static constexpr std::string_view call = "find";
    struct Answer { std::string town; };
    std::string name;
};
BOOST_DESCRIBE_STRUCT(Find::Answer, (), (town))
BOOST_DESCRIBE_STRUCT(Find, (), (name))

ShipmentDecision route_found(const Shipment& shipment, const ::routes::v1::RouteFound& found, Instant now) {
    if (shipment.stage != Stage::routing) return ShipmentDecision::ignored("the shipment moved on");
    ::fulfilment::v1::VehicleRequested request;
    request.set_shipment_id(shipment.id);
    return ShipmentDecision::becomes({shipment.id, Stage::finding_vehicle, found.kilometres()})
        .announcing(request).expecting("vehicle", now + 10min).calling(Find{"Kaunas"});
}

TEST(AWiringPage, CallsTheHandlerWithTypesAndStateRestored) {
    const Definition made = service<Emits>("fulfilment").keeps<Shipment>("shipment").on(route_found);
    ASSERT_TRUE(made.events.contains("routes.v1.RouteFound"));
    EXPECT_EQ(made.emits_to, std::vector<std::string>{"fulfilment.events"});

    ::routes::v1::RouteFound found;
    found.set_kilometres(1410);
    const Shipment shipment{"S1"};
    const auto payload = found.SerializeAsString();
    const auto decision = made.events.at("routes.v1.RouteFound").decide(&shipment, {.payload = payload}, Instant(12h));

    ASSERT_EQ(decision.events.size(), 1u);
    EXPECT_EQ(decision.events[0].type, "fulfilment.v1.VehicleRequested");
    EXPECT_EQ(decision.events[0].subject, "S1");
    EXPECT_EQ(decision.timers, (std::vector<Timer>{{"vehicle", Instant(12h + 10min)}}));
    EXPECT_EQ(decision.calls, (std::vector<CallIntent>{{"find", R"({"name":"Kaunas"})"}}));
    const auto& shipment_kind = made.aggregates[0];
    EXPECT_EQ(shipment_kind.write(decision.state.get()), R"({"id":"S1","stage":"finding_vehicle","kilometres":1410})");
    EXPECT_EQ(shipment_kind.stage(decision.state.get()), "finding_vehicle");
    EXPECT_EQ(*static_cast<const Shipment*>(shipment_kind.read(R"({"id":"S1","kilometres":1410,"colour":"red"})", 1).get()), (Shipment{"S1", Stage::routing, 1410}));
}

TEST(AnAnswer, RestsBesideItsRequestAndComesBackTyped) {
    const auto found = detail::answered<Find>(answer_text(R"({"name":"Kaunas"})", std::string(R"({"town":"Kaunas"})"), 2));
    EXPECT_EQ(found.request.name, "Kaunas");
    EXPECT_EQ(found.answer->town, "Kaunas");
    EXPECT_EQ(found.attempts, 2);
    const auto failed = detail::answered<Find>(answer_text(R"({"name":"x"})", CallFailed{"no such \"town\""}, 8));
    EXPECT_FALSE(failed.answer);
    EXPECT_EQ(failed.failure, "no such \"town\"");
}

TEST(ARow, IsNamedByTheColumnsOfItsKeyInTheirOrder) {
    const Shipment shipment{"S\"1", Stage::routing, 7};
    EXPECT_EQ(row("board", {"kilometres", "id"}, shipment).id, R"(7,"S\"1",)");
    EXPECT_THROW(row("board", {"id", "day"}, shipment), std::logic_error) << "it has no such column";
}

TEST(StateText, NamesTheMemberThatIsWrong) {
    try {
        json::from_json<Shipment>(R"({"id":"S1","kilometres":"many"})");
        FAIL();
    } catch (const std::invalid_argument& wrong) {
        EXPECT_STREQ(wrong.what(), "kilometres: expected a whole number");
    }
}

TEST(JsonOfANumber, IsRefusedWhenItIsNotFinite) {
    for (const double none : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) EXPECT_THROW(json::to_json(none), std::invalid_argument);
    EXPECT_EQ(json::to_json(13.6), "13.6");
}

}  // namespace
}  // namespace waybill::runtime
