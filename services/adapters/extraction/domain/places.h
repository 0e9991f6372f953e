// Third stage, places: which towns are named, and which of them are where the goods come from and go to.
#pragma once

#include "domain/calendar.h"
#include "domain/reading.h"

#include <waybill/gazetteer.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace waybill::extraction::rules {

enum class Role { none, pickup, delivery };

struct PlaceFound {
    int first, last;  // tokens, with post code and country
    std::string name;  // as its people write it
    std::string country, postal_code;
    const gazetteer::Town* town = nullptr;
    int evidence = 0;  // how surely the text means a place here
    Role role = Role::none;
    int sure = 0;      // of the role
    bool near = false; // only the neighbourhood is named
    std::string doubt; // which other towns it may be
};
std::vector<PlaceFound> places_in(Reading& reading);

// Can this be a post code there? The begin of one can ("PL-61"), one of another country's length cannot. True for a country
// whose codes nobody here knows.
bool postal_code_fits(const std::string& code, const std::string& country);

// Says of each place whether goods come from there or go there.
void give_roles(const Reading& reading, std::vector<PlaceFound>& places);

// "LT-52104" somewhere in the text, away from its town.
struct PostalFound {
    int first, last;
    std::string country, code;
};
std::vector<PostalFound> postal_codes_in(Reading& reading);

// What the text talks about at a token: the cheapest way to a cue word or to a place with a role, within the sentence first.
// Role::none when the next cue is about something else (an answer, a payment, a trip long past).
struct About {
    Role role = Role::none;
    bool something_else = false;
    int cost = 1000;
    bool route = false, place = false;  // only a town speaks for it; route: only "A - B" speaks for it, which belongs to both stops
};
// `taken`: cue words that speak for somebody else.
About about(const Reading& reading, const std::vector<PlaceFound>& places, int first, int last, const std::set<int>& taken = {});

}  // namespace waybill::extraction::rules
