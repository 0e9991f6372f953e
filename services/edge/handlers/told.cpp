#include "handlers/handlers.h"
#include "handlers/words.h"

namespace waybill::edge {

// Somebody told us something: announce it, and keep the answer. Told the same again under the same key, the kept answer
// stands and nothing is announced; told something else under that key, nothing is taken.
Decision told(const Request* before, const Told& fresh, Instant) {
    if (!before) return announcing(Decision::becomes(fresh.request), fresh.fact);
    if (before->body_hash != fresh.request.body_hash) return Decision::ignored(another_body);
    return Decision::stays();
}

}  // namespace waybill::edge
