#include "handlers/words.h"

namespace waybill::billing {

// The next number of the series. Each request is applied once, so each number is given once.
SeriesDecision number_requested(const Series* series, const ::billing::v1::NumberRequested& request, Instant) {
    auto next = series ? *series : Series{request.series_id()};
    ++next.last;
    ::billing::v1::NumberAssigned assigned;
    assigned.set_shipment_id(request.shipment_id());
    assigned.set_series_id(next.id);
    assigned.set_number(next.last);
    return SeriesDecision::becomes(next).announcing(assigned);
}

}  // namespace waybill::billing
