// A JSON body, read strictly: every member is asked for by name, and what is wrong is said once, with the field's name.
//
// The readers give a harmless value when something is wrong and go on; wrong() tells the first fault afterwards, which may
// also be a member that nobody asked for. One thread.
#pragma once

#include <waybill/core.h>

#include <boost/json.hpp>

#include <deque>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace waybill::edge {

enum class Need { required, optional };

class Body {
public:
    // An empty text is an empty object.
    static Result<Body> parse(std::string_view text);

    std::string line(const char* name, Need need, std::size_t longest);  // text without control characters
    std::string text(const char* name, Need need, std::size_t longest);  // text with lines
    std::string id(const char* name, Need need);
    std::string choice(const char* name, Need need, std::initializer_list<std::string_view> words);
    std::optional<Instant> instant(const char* name, Need need);
    std::optional<double> number(const char* name, Need need, double least, double most);
    bool truth(const char* name);  // false if it is not said
    std::optional<Money> money(const char* amount_name, Need need);  // with its "currency" beside it
    Body* object(const char* name);  // null if it is not said

    void refuse(const char* name, std::string why, std::string cure);
    std::optional<Refusal> wrong() const;

private:
    Body(boost::json::object members, std::string path) : members_(std::move(members)), path_(std::move(path)) {}
    const boost::json::value* member(const char* name, Need need);
    std::string words(const char* name, Need need, std::size_t longest, bool lines);

    boost::json::object members_;
    std::string path_;  // "pickup." before the names of an inner object's members
    std::set<std::string, std::less<>> asked_;
    std::optional<Refusal> refusal_;
    std::deque<Body> inner_;
};

}  // namespace waybill::edge
