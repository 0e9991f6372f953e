#include "handlers/handlers.h"

namespace waybill::operations {

// Everything that happens, on one time-line: its number proves that nothing is lost and nothing came twice.
Decision every_event(const Envelope& envelope, Instant) {
    return Decision::stays().writing(runtime::row("timeline", {"event_id"}, Happened{envelope.id(), envelope.subject, envelope.type, envelope.source, envelope.topic,
        envelope.lane, envelope.incarnation, envelope.seq, envelope.partition, envelope.time, envelope.cause}));
}

}  // namespace waybill::operations
