// What an offer must fulfil before a shipment begins, whoever read it. The rules are a table in rules.cpp.
#pragma once

#include "domain/offer.h"

namespace waybill::intake {

enum class Reader { machine, person };

struct Finding {
    std::string field;     // "pickup.date"
    std::string why;       // one sentence
    bool missing = false;  // the text does not give it
    bool operator==(const Finding&) const = default;
};

// Empty: the offer can be carried as it is. A person may know what a machine must doubt, so a few rules bind only the
// machine; no rule lets through what is missing, contradictory or against the law.
std::vector<Finding> check(const Fields& fields, Instant received_at, Reader reader);

std::vector<std::string> reasons_of(const std::vector<Finding>& findings);  // "pickup.date: it is not said"
std::vector<std::string> missing_in(const std::vector<Finding>& findings);  // "pickup.date"

}  // namespace waybill::intake
