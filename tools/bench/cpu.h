// Who used how much processor time, from /proc: this process, Kafka, Postgres with all its backends, and the services of the run.
#pragma once

#include <waybill/stack.h>

namespace waybill::bench {

struct Cpu {
    double ours = 0, kafka = 0, postgres = 0, services = 0;  // seconds since each began
    double services_mb = 0;                                  // resident, now
    Cpu operator-(const Cpu& earlier) const { return {ours - earlier.ours, kafka - earlier.kafka, postgres - earlier.postgres, services - earlier.services, services_mb}; }
};
Cpu cpu_now(const stack::Run& run);

}  // namespace waybill::bench
