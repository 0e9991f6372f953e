// Inside this library a step that fails throws; its public functions turn that into the Refusal they return.
#pragma once

#include <waybill/core.h>

#include <optional>
#include <stdexcept>

namespace waybill::stack {

struct Failure : std::runtime_error {
    explicit Failure(Refusal why) : std::runtime_error(to_text(why)), refusal(std::move(why)) {}
    Refusal refusal;
};

template <class Step>
std::optional<Refusal> refusal_of(const std::string& what, Step step,
                                  const char* cure = "see the logs in the run folder; `./dev doctor` looks at the machine") {
    try {
        step();
        return {};
    } catch (const Failure& failure) {
        return failure.refusal;
    } catch (const std::exception& unforeseen) {
        return Refusal{what, unforeseen.what(), cure};
    }
}

}  // namespace waybill::stack
