// Events that nobody can handle: their key waits for a person, all others flow. Nothing is judged here, since what is parked
// counts as stuck, and rightly.
#include "system.h"

#include <gmock/gmock.h>

namespace waybill::scenarios {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Poison : public testing::Test {
protected:
    static void SetUpTestSuite() { system_ = std::make_unique<System>(SystemOptions{}); }
    static void TearDownTestSuite() { system_.reset(); }

    std::vector<System::Parked> parked_at_least(const std::string& key, std::size_t count) {
        wait_for(std::to_string(count) + " events of " + key + " to be parked", [&] { return system_->parked("fulfilment", key).size() >= count; }, 60s);
        return system_->parked("fulfilment", key);
    }

    static inline std::unique_ptr<System> system_;
};

TEST_F(Poison, AnswersForAShipmentThatIsNotThereWaitInOrderAndOthersFlow) {
    const std::string nobody = "wb-nobodys";
    system_->accept({nobody + ".1", nobody, "KUN-D01", ""});
    const auto first = parked_at_least(nobody, 1);
    EXPECT_EQ(first.front().outcome, "later");
    EXPECT_THAT(first.front().why, HasSubstr("is not there yet"));

    system_->decline({nobody + ".1", nobody, "KUN-D02", ""}, "no time");
    const auto both = parked_at_least(nobody, 2);
    EXPECT_EQ(both.back().outcome, "later");

    const auto id = system_->offer(Freight{});
    system_->close({id});
    EXPECT_THAT(system_->parked("fulfilment", nobody), SizeIs(2));
}

// As from an edge of the next version, on a lane that no edge here has.
TEST_F(Poison, AnEventOfAnUnknownVersionParksItsKeyForAPersonAndOthersFlow) {
    const auto poisoned = system_->offer({.from = "Gdańsk, Poland", .to = "Berlin, Germany"});
    const auto other = system_->offer({.from = "Hamburg, Germany", .to = "Bremen, Germany"});
    const auto asked = system_->asked(poisoned);

    runtime::Message message;
    message.envelope = {.type = "edge.v2.GoodsPickedUp", .source = "edge", .topic = "edge.events", .partition = runtime::partition_of(poisoned, 4), .lane = 7, .incarnation = 1, .seq = 0,
                        .subject = poisoned, .cause = "an edge of the next version", .time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
    message.payload = "what the next version says";
    system_->publish("edge", message);
    const auto parked = parked_at_least(poisoned, 1);
    EXPECT_EQ(parked.front().outcome, "never");
    EXPECT_THAT(parked.front().why, HasSubstr("edge.v2.GoodsPickedUp"));

    system_->accept(asked);
    EXPECT_THAT(parked_at_least(poisoned, 2).back().why, HasSubstr("queued behind"));

    system_->close({other});
    EXPECT_EQ(system_->stage(poisoned), "offered");
}

}  // namespace
}  // namespace waybill::scenarios
