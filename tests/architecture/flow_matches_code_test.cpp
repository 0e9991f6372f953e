// contracts/flow.yaml says what each service consumes, keeps and calls, and rights are granted by it. What the services
// are wired to do must be the same: an event that is granted and not handled, or handled and not granted, is a mistake.
#include <waybill/contracts/flow.h>
#include <units.h>

#include <gmock/gmock.h>

#include <set>

namespace waybill {
namespace {

using Names = std::set<std::string>;

struct Both {
    contracts::Service declared;
    runtime::Definition wired;
};

const std::vector<Both>& services() {
    static const std::vector<Both> all = [] {
        std::vector<Both> made;
        for (const auto& unit : cli::units()) {
            const auto defaults = settings::Settings::load(unit.keys, {});
            if (!defaults) throw std::runtime_error(unit.name + ": " + to_text(defaults.refusal()));
            contracts::Service declared;
            for (const auto& service : contracts::flow().services)
                if (service.name == unit.name) declared = service;
            made.push_back({declared, unit.definition(*defaults)});
        }
        return made;
    }();
    return all;
}

TEST(FlowMatchesCode, KnowsEveryService) {
    Names declared, wired;
    for (const auto& service : contracts::flow().services) declared.insert(service.name);
    for (const auto& service : services()) wired.insert(service.wired.name);
    EXPECT_EQ(wired, declared);
}

TEST(FlowMatchesCode, HandlesEveryEventThatIsConsumedAndNoOther) {
    for (const auto& [declared, wired] : services()) {
        Names consumed, handled;
        for (const auto& event : declared.consumes) consumed.insert(event.type);
        for (const auto& [type, handler] : wired.events) handled.insert(type);
        if (wired.every_event) {  // it needs no handler of its own for each
            EXPECT_THAT(handled, testing::Each(testing::AnyOfArray(consumed))) << wired.name;
        } else {
            EXPECT_EQ(handled, consumed) << wired.name;
        }
    }
}

TEST(FlowMatchesCode, KeepsTheAggregatesThatAreDeclared) {
    for (const auto& [declared, wired] : services()) {
        Names kept;
        for (const auto& aggregate : wired.aggregates) kept.insert(aggregate.name);
        EXPECT_EQ(kept, Names(declared.keeps.begin(), declared.keeps.end())) << wired.name;
    }
}

TEST(FlowMatchesCode, WritesTheTopicsThatItOwns) {
    for (const auto& service : services()) {
        Names owned;
        for (const auto& topic : contracts::flow().topics)
            if (topic.owner == service.wired.name) owned.insert(topic.name);
        EXPECT_EQ(Names(service.wired.emits_to.begin(), service.wired.emits_to.end()), owned) << service.wired.name;
    }
}

TEST(FlowMatchesCode, LetsAdaptersAloneCallThirdParties) {
    for (const auto& [declared, wired] : services()) {
        EXPECT_EQ(!wired.calls.empty(), declared.adapter) << wired.name;
        EXPECT_EQ(!declared.calls.empty(), declared.adapter) << wired.name;
    }
}

TEST(FlowMatchesCode, HasAHandlerForTheAnswerOfEveryCall) {
    for (const auto& service : services()) {
        Names called, answered;
        for (const auto& [call, kind] : service.wired.calls) called.insert(call);
        for (const auto& [name, handler] : service.wired.answers) answered.insert(name.substr(name.find('/') + 1));
        EXPECT_EQ(answered, called) << service.wired.name;
    }
}

}  // namespace
}  // namespace waybill
