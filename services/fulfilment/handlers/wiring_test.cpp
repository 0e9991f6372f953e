#include "service.h"

#include <waybill/contracts/flow.h>

#include <gtest/gtest.h>

#include <set>

namespace waybill::fulfilment {
namespace {

TEST(Wiring, AnswersEveryEventThatTheFlowSaysAndNoOther) {
    const auto definition = unit().definition(settings::Settings());
    std::set<std::string> answered, consumed;
    for (const auto& [type, handler] : definition.events) answered.insert(type);
    for (const auto& service : contracts::flow().services)
        if (service.name == "fulfilment")
            for (const auto& event : service.consumes) consumed.insert(event.type);

    EXPECT_EQ(answered, consumed);
    EXPECT_TRUE(definition.timers.contains("shipment/deadline"));
}

}  // namespace
}  // namespace waybill::fulfilment
