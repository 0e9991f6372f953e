// Who used how much processor time, from /proc: this process, Kafka, and Postgres with all its backends.
#pragma once

#include <waybill/stack.h>

namespace waybill::bench {

struct Cpu {
    double ours = 0, kafka = 0, postgres = 0;  // seconds since each began
    Cpu operator-(const Cpu& earlier) const { return {ours - earlier.ours, kafka - earlier.kafka, postgres - earlier.postgres}; }
};
Cpu cpu_now(const stack::Run& run);

}  // namespace waybill::bench
