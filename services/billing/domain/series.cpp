#include "domain/series.h"

namespace waybill::billing {

std::string series_of(const Seller& seller, Instant issued_at) {
    return seller.code + "-" + to_text(issued_at).substr(0, 4);
}

std::string number_text(const std::string& series_id, std::int64_t number) {
    if (number < 1) throw std::logic_error("an invoice number below 1");
    auto digits = std::to_string(number);
    if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
    return series_id + "-" + digits;
}

}  // namespace waybill::billing
