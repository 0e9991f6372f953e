#include "domain/parties.h"

#include <algorithm>

namespace waybill::billing {

const Seller& seller() {
    static const Seller made{"WB", "Waybill Freight UAB", "LT", "LT305827416"};
    return made;
}

const std::vector<Customer>& customers() {
    static const std::vector<Customer> made{
        {"cust-lt", "Nordhaven Trading UAB", "LT", "LT447196314", 30},
        {"cust-de", "Elbkontor Spedition GmbH", "DE", "DE294816374", 30},
        {"cust-pl", "Wislana Logistyka Sp. z o.o.", "PL", "PL5273094184", 45},
        {"cust-no", "Fjordkant Handel AS", "NO", "NO923817468MVA", 30},
        {"cust-nl", "Maasbrug Transport B.V.", "NL", "NL852047319B01", 30},
        {"cust-se", "Vattern Frakt AB", "SE", "SE556930418001", 30},
    };
    return made;
}

std::optional<Customer> customer(std::string_view id) {
    const auto found = std::ranges::find(customers(), id, &Customer::id);
    return found == customers().end() ? std::nullopt : std::optional(*found);
}

}  // namespace waybill::billing
