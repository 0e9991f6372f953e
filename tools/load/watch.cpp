#include "watch.h"

#include <algorithm>

namespace waybill::load {

const std::vector<Watch::StepName> Watch::steps = {
    {"taken", "from due to 202: the offer is in the edge's database"},
    {"driver asked", "from due to the first driver being asked: read, normalised, located, routed, priced, matched with a vehicle"},
    {"confirmed", "from a driver's yes to the confirmed assignment"},
    {"invoiced", "from the delivery to the invoice: tax and number"},
    {"the whole machine", "the three above together, for shipments that came to an invoice; what people took is left out"},
};

void Watch::taken(const std::string& offer, Time due, Time sent, Time answered) {
    const std::lock_guard lock(mutex_);
    auto& life = lives_[offer];
    life.due = due;
    life.sent = sent;
    life.answered = answered;
}

void Watch::seen(std::string_view type, const std::string& subject, Time at) {
    static const std::pair<std::string_view, Time Life::*> marks[] = {
        {"fulfilment.v1.AssignmentOffered", &Life::asked},         {"edge.v1.AssignmentAccepted", &Life::accepted}, {"fulfilment.v1.AssignmentConfirmed", &Life::confirmed},
        {"edge.v1.GoodsDelivered", &Life::delivered}, {"billing.v1.InvoiceIssued", &Life::invoiced},
    };
    for (const auto& [name, mark] : marks) {
        if (type != name) continue;
        const std::lock_guard lock(mutex_);
        auto& when = lives_[subject].*mark;
        // The first of each counts, but of several answers the last one before the confirmation.
        if (when == Time{} || (mark == &Life::accepted && lives_[subject].confirmed == Time{})) when = at;
    }
}

std::vector<bench::Histogram> Watch::histograms() const {
    std::vector<bench::Histogram> made(steps.size());
    const std::lock_guard lock(mutex_);
    for (const auto& [id, life] : lives_) {
        if (life.due == Time{} || life.due < began_ + warm_up_) continue;  // of an earlier load, or warm-up
        const auto add = [&](std::size_t step, std::chrono::nanoseconds took) { made[step].add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count() / 1000))); };
        add(0, life.answered - life.due);
        if (life.asked != Time{}) add(1, life.asked - life.due);
        const bool confirmed = life.confirmed != Time{} && life.accepted != Time{}, invoiced = life.invoiced != Time{} && life.delivered != Time{};
        if (confirmed) add(2, life.confirmed - life.accepted);
        if (invoiced) add(3, life.invoiced - life.delivered);
        if (confirmed && invoiced && life.asked != Time{}) add(4, (life.asked - life.due) + (life.confirmed - life.accepted) + (life.invoiced - life.delivered));
    }
    return made;
}

std::unordered_map<std::string, Watch::Life> Watch::lives() const {
    const std::lock_guard lock(mutex_);
    auto copy = lives_;
    std::erase_if(copy, [&](const auto& each) { return each.second.due == Time{} || each.second.due < began_ + warm_up_; });
    return copy;
}

bench::Histogram Watch::late() const {
    bench::Histogram made;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, life] : lives_)
        if (life.due != Time{} && life.due >= began_ + warm_up_) made.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, (life.sent - life.due).count() / 1000)));
    return made;
}

std::uint64_t Watch::invoices() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::uint64_t>(std::count_if(lives_.begin(), lives_.end(), [](const auto& each) { return each.second.due != Time{} && each.second.invoiced != Time{}; }));
}

std::vector<Second> Watch::timeline() const {
    std::vector<Second> made;
    std::vector<bench::Histogram> asked;
    const auto second = [&](Time at) -> std::size_t {
        const auto index = static_cast<std::size_t>(std::max(0, second_of(at)));
        while (made.size() <= index) {
            made.push_back({.at = static_cast<int>(made.size())});
            asked.emplace_back();
        }
        return index;
    };
    const std::lock_guard lock(mutex_);
    for (const auto& [id, life] : lives_) {
        if (life.due == Time{}) continue;
        ++made[second(life.answered)].offers;
        if (life.invoiced != Time{}) ++made[second(life.invoiced)].invoices;
        if (life.asked != Time{}) asked[second(life.due)].add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, (life.asked - life.due).count() / 1000)));
    }
    for (std::size_t i = 0; i < made.size(); ++i) {
        made[i].asked_p50_ms = static_cast<double>(asked[i].at(0.5)) / 1000;
        made[i].asked_p99_ms = static_cast<double>(asked[i].at(0.99)) / 1000;
    }
    return made;
}

}  // namespace waybill::load
