// Who sells and who buys: the seller and the customers as data. Invented companies; their VAT numbers are well-formed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::billing {

struct Seller {
    std::string code;  // begins the name of its number series
    std::string name;
    std::string country;
    std::string vat_number;
};

struct Customer {
    std::string id;
    std::string name;
    std::string country;      // ISO 3166-1 alpha-2, where it is established
    std::string vat_number;   // with the country's prefix
    int payment_days;         // from issuing to due
};

const Seller& seller();
const std::vector<Customer>& customers();
std::optional<Customer> customer(std::string_view id);

}  // namespace waybill::billing
