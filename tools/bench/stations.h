// The services of the reference flow: a trip goes to and fro between `left` and `right`, or makes all its steps in one service
// that is `alone`, by waits that are due at once.
#pragma once

#include <waybill/runtime/seams.h>

namespace waybill::bench {

struct Begin { std::string id; };  // the command that starts a trip at the left

runtime::Definition left();
runtime::Definition right();
runtime::Definition alone();

bool arrived(const runtime::Message& message);       // the last hop of a trip between the two
bool stepped_last(const runtime::Message& message);  // the last step of one that is alone

// They call nobody.
class NoCalls final : public runtime::Outbound {
public:
    void start(int, const runtime::Effect&) override {}
    void finished(std::vector<Finished>&) override {}
    void settled(const std::vector<std::string>&) override {}
    void keep(int, const std::set<std::string>&) override {}
};

}  // namespace waybill::bench
