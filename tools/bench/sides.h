// The two sides of the benchmark: the same trips through the runtime, and through a loop written by hand for nothing else.
// Each has a thread, a connection, a producer and a consumer for `left` and the same for `right`; both live as long as the object.
#pragma once

#include "gauge.h"

#include <waybill/stack.h>

#include <memory>

namespace waybill::bench {

struct Setup {
    stack::Run run;
    int lanes = 4;
};

class Side {
public:
    virtual ~Side() = default;
    virtual void start(std::uint64_t number) = 0;
};

// Both tell the gauge what arrived, after the commit of the last hop. They throw std::runtime_error when a server refuses.
std::unique_ptr<Side> through_runtime(const Setup& setup, Gauge& gauge);
std::unique_ptr<Side> through_loop(const Setup& setup, Gauge& gauge);
std::unique_ptr<Side> within_one_service(const Setup& setup, Gauge& gauge);  // the runtime without Kafka: eight steps of one service

stack::Flow flow(int lanes);

}  // namespace waybill::bench
