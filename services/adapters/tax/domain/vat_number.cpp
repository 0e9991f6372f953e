#include "domain/vat_number.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace waybill::tax {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

int weighted(std::string_view digits, std::span<const int> weights) {
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += (digits[i] - '0') * weights[i];
    return sum;
}

int value(std::string_view digits) { return std::stoi(std::string(digits)); }

// Check digits. Each is given the number without its prefix, in a shape of its country.

bool belgian(std::string_view n) { return 97 - value(n.substr(0, 8)) % 97 == value(n.substr(8)); }

bool german(std::string_view n) {  // ISO 7064 MOD 11,10
    int product = 10;
    for (const char c : n.substr(0, 8)) {
        const int sum = (c - '0' + product) % 10;
        product = 2 * (sum == 0 ? 10 : sum) % 11;
    }
    return (11 - product) % 10 == n[8] - '0';
}

bool danish(std::string_view n) { return weighted(n, std::array{2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0; }

bool finnish(std::string_view n) { return weighted(n, std::array{7, 9, 10, 5, 8, 4, 2, 1}) % 11 == 0; }

bool lithuanian(std::string_view n) {
    const auto sum = [&](int first) {
        int made = 0;
        for (std::size_t i = 0; i + 1 < n.size(); ++i) made += (n[i] - '0') * ((first - 1 + static_cast<int>(i)) % 9 + 1);
        return made % 11;
    };
    const int once = sum(1);
    return (once == 10 ? sum(3) : once) % 10 == n.back() - '0' && n[n.size() - 2] == '1';
}

bool dutch(std::string_view n) {
    if (weighted(n, std::array{9, 8, 7, 6, 5, 4, 3, 2}) % 11 == n[8] - '0') return true;
    int rest = 0;  // numbers given out since 2020: MOD 97 of "NL..." with A = 10 to Z = 35
    for (const char c : "NL" + std::string(n)) rest = is_digit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
    return rest == 1;
}

bool norwegian(std::string_view n) { return weighted(n, std::array{3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0; }

bool polish(std::string_view n) { return weighted(n, std::array{6, 5, 7, 2, 3, 4, 5, 6, 7}) % 11 == n[9] - '0'; }

bool swedish(std::string_view n) {  // Luhn over the organisation number
    int sum = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        const int doubled = (n[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += doubled / 10 + doubled % 10;
    }
    return sum % 10 == 0;
}

struct Shape {
    std::string_view country, prefix;
    std::vector<std::string_view> after;  // # a digit, @ a letter, ? either; anything else stands for itself
    bool (*checks)(std::string_view after_prefix) = nullptr;
};

const std::vector<Shape>& shapes() {
    static const std::vector<Shape> table{
        {"AT", "AT", {"U########"}},
        {"BE", "BE", {"0#########", "1#########"}, belgian},
        {"BG", "BG", {"#########", "##########"}},
        {"CH", "CHE", {"#########", "#########MWST", "#########TVA", "#########IVA"}},
        {"CY", "CY", {"########@"}},
        {"CZ", "CZ", {"########", "#########", "##########"}},
        {"DE", "DE", {"#########"}, german},
        {"DK", "DK", {"########"}, danish},
        {"EE", "EE", {"#########"}},
        {"ES", "ES", {"@#######?", "########@"}},
        {"FI", "FI", {"########"}, finnish},
        {"FR", "FR", {"??#########"}},
        {"GB", "GB", {"#########", "############", "GD###", "HA###"}},
        {"GR", "EL", {"#########"}},
        {"HR", "HR", {"###########"}},
        {"HU", "HU", {"########"}},
        {"IE", "IE", {"#######@", "#######@@", "#@#####@"}},
        {"IT", "IT", {"###########"}},
        {"LT", "LT", {"#########", "############"}, lithuanian},
        {"LU", "LU", {"########"}},
        {"LV", "LV", {"###########"}},
        {"MT", "MT", {"########"}},
        {"NL", "NL", {"#########B##"}, dutch},
        {"NO", "NO", {"#########", "#########MVA"}, norwegian},
        {"PL", "PL", {"##########"}, polish},
        {"PT", "PT", {"#########"}},
        {"RO", "RO", {"##", "###", "####", "#####", "######", "#######", "########", "#########", "##########"}},
        {"SE", "SE", {"##########01"}, swedish},
        {"SI", "SI", {"########"}},
        {"SK", "SK", {"##########"}},
    };
    return table;
}

bool fits(std::string_view text, std::string_view shape) {
    return std::ranges::equal(text, shape, [](char c, char s) {
        return s == '#' ? is_digit(c) : s == '@' ? is_letter(c) : s == '?' ? is_digit(c) || is_letter(c) : c == s;
    });
}

std::string cure(const Shape& shape) {
    std::string all;
    for (const auto& after : shape.after) all += (all.empty() ? "" : " or ") + std::string(shape.prefix) + std::string(after);
    return "give " + all + " (# a digit, @ a letter, ? either)";
}

}  // namespace

std::string without_separators(std::string_view number) {
    std::string made;
    for (const char c : number) {
        if (c == ' ' || c == '.' || c == '-') continue;
        made += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return made;
}

Result<std::string> parse_vat_number(std::string_view number, std::string_view country) {
    const std::string field = "customer_vat_number";
    const auto text = without_separators(number);
    if (text.empty()) return Refusal{field, "it is missing, and shows that the customer is a business", "give the customer's VAT number"};

    const auto shape = std::ranges::find(shapes(), country, &Shape::country);
    if (shape == shapes().end()) {
        const bool plausible = text.size() >= 2 && text.size() <= 20 && std::ranges::all_of(text, [](char c) { return is_digit(c) || is_letter(c); });
        if (!plausible) return Refusal{field, "it is not 2 to 20 letters and digits", "give the customer's tax number"};
        return text;
    }
    const auto after = std::string_view(text).substr(std::min(text.size(), shape->prefix.size()));
    const bool shaped = text.starts_with(shape->prefix) && std::ranges::any_of(shape->after, [&](auto one) { return fits(after, one); });
    if (!shaped) return Refusal{field, "it is not shaped like a VAT number of " + std::string(country), cure(*shape)};
    if (shape->checks && !shape->checks(after)) return Refusal{field, "its check digit is wrong", "compare it with the customer's papers: a digit is mistyped"};
    return text;
}

}  // namespace waybill::tax
