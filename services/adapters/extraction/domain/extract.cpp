#include "domain/extract.h"

#include "domain/calendar.h"
#include "domain/freight.h"
#include "domain/places.h"
#include "domain/reading.h"
#include "domain/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waybill::extraction {

namespace rules {
namespace {

constexpr double heaviest_kg = 26'000, most_pallets = 34, longest_metres = 13.6;
constexpr double van_kg = 3'500;

// What one part of a message (the newest, or what it quotes) says.
struct Said {
    Fields fields;
    std::vector<Reason> doubts;
    bool several = false, table = false;
    bool per_vehicle = false, stacked = false;
    bool cancelled = false, instead = false, truck_free = false, wants_freight = false, reminder = false, invoice = false, closed = false, attacked = false;
    int spam = 0;
    std::optional<Day> pickup_day, delivery_day;
    std::vector<Evidence> evidence;
};

void doubt(Said& said, std::string field, std::string what) {
    if (std::none_of(said.doubts.begin(), said.doubts.end(), [&](const Reason& r) { return r.field == field && r.what == what; })) said.doubts.push_back({std::move(field), std::move(what)});
}

bool is_question(const Reading& r, int token) {
    for (int k = token; k < r.size() && r.tokens[k].sentence == r.tokens[token].sentence; ++k)
        if (r.mark(k, '?')) return true;
    return false;
}

void read_kind(const Reading& r, Said& said) {
    for (const Tag& tag : r.tags) {
        switch (tag.meaning) {
            case Meaning::cancelled: said.cancelled = true; break;
            case Meaning::instead: said.instead = true; break;
            case Meaning::truck_free: said.truck_free |= !is_question(r, tag.first); break;
            case Meaning::wants_freight: said.wants_freight = true; break;
            case Meaning::reminder: said.reminder = true; break;
            case Meaning::invoice: said.invoice = true; break;
            case Meaning::closed: said.closed = true; break;
            case Meaning::spam: ++said.spam; break;
            default: break;
        }
    }
}

bool same_town(const PlaceFound& a, const PlaceFound& b) { return a.town ? a.town == b.town : a.name == b.name && a.country == b.country; }

void read_stop(Reading& r, const std::vector<PlaceFound>& places, Role role, const char* name, Stop& stop, Said& said) {
    std::vector<PlaceFound> mine;
    int surest = 0;
    for (const PlaceFound& place : places)
        if (place.role == role && place.sure >= 15) surest = std::max(surest, place.sure);
    for (const PlaceFound& place : places)
        if (place.role == role && place.sure >= 15 && (place.sure >= 40 || place.sure >= surest - 20)) mine.push_back(place);
    if (std::any_of(mine.begin(), mine.end(), [](const PlaceFound& p) { return !p.near; })) std::erase_if(mine, [](const PlaceFound& p) { return p.near; });
    std::stable_sort(mine.begin(), mine.end(), [](const PlaceFound& a, const PlaceFound& b) { return a.sure > b.sure; });
    std::vector<PlaceFound> towns;
    for (const PlaceFound& place : mine) {
        const auto known = std::find_if(towns.begin(), towns.end(), [&](const PlaceFound& t) { return same_town(t, place); });
        if (known == towns.end()) {
            towns.push_back(place);
        } else {
            if (known->postal_code.empty() && !place.postal_code.empty()) {
                known->postal_code = place.postal_code;
                r.saw(std::string(name) + ".postal_code", place.first, place.last);
            }
            if (place.doubt.empty()) known->doubt.clear();
        }
    }
    if (towns.empty()) return;
    if (towns.size() > 1) {
        said.several = true;
        stop = {};
        doubt(said, std::string(name) + ".place", fmt::format("several places are told: {}, {}", towns[0].name, towns[1].name));
        return;
    }
    for (const PlaceFound& place : places)  // weaker, but there all the same
        if (place.role == role && place.sure >= 15 && !place.near && place.evidence >= 30 && !same_town(place, towns[0]))
            doubt(said, std::string(name) + ".place", fmt::format("it is not clear what {} is", place.name));
    const PlaceFound& town = towns[0];
    stop.place = town.name;
    for (const char* part : {".place", ".country", ".postal_code"}) r.saw(std::string(name) + part, town.first, town.last);
    if (!town.country.empty()) stop.country = town.country;
    if (!town.postal_code.empty()) stop.postal_code = town.postal_code;
    if (!town.doubt.empty()) doubt(said, std::string(name) + ".place", town.doubt);
    if (town.near) doubt(said, std::string(name) + ".place", fmt::format("only the neighbourhood of {} is told", town.name));
}

struct DayTold {
    const DayFound* found;
    Role role;
    int cost;
    bool beside_place;  // only a town speaks for it
};

void read_days(Reading& r, const std::vector<PlaceFound>& places, const std::vector<DayFound>& days, int signature, bool older, Said& said, std::vector<DayTold>& told) {
    for (const DayFound& day : days) {
        if (day.first >= signature) continue;
        const About a = about(r, places, day.first, day.last);
        if (a.something_else && a.cost < 60) continue;
        told.push_back({&day, a.cost < 60 && !a.route ? a.role : Role::none, a.cost, a.place});
    }
    // "From Gent to Brno on Friday": a day that only stands beside the town of delivery is when it begins.
    if (std::none_of(told.begin(), told.end(), [](const DayTold& t) { return t.role != Role::delivery; }) && told.size() == 1 && told[0].beside_place) {
        const DayFound& day = *told[0].found;
        bool from = false, cue = r.is(day.first - 1, Meaning::by) || r.is(day.first - 2, Meaning::by) || day.until.has_value();
        for (const PlaceFound& place : places) from |= place.role == Role::pickup && place.first < day.first && r.tokens[place.first].sentence == r.tokens[day.first].sentence;
        for (int k = 0; k < r.size(); ++k) cue |= r.is(k, Meaning::delivery);
        if (from && !cue) told[0].role = Role::pickup;
    }
    // "From Gent to Brno on Friday. Delivery Monday": of two days of delivery the one that only stands beside the town is when it begins.
    else if (std::none_of(told.begin(), told.end(), [](const DayTold& t) { return t.role != Role::delivery; }) && told.size() == 2 && told[0].beside_place && !told[1].beside_place &&
             std::any_of(places.begin(), places.end(), [&](const PlaceFound& p) { return p.role == Role::pickup && p.first < told[0].found->first && r.tokens[p.first].sentence == r.tokens[told[0].found->first].sentence; }) &&
             !r.is(told[0].found->first - 1, Meaning::by) && !r.is(told[0].found->first - 2, Meaning::by))
        told[0].role = Role::pickup;
    // A day that nothing claims is the pickup's when that has none: "tomorrow, 24 t, Kaunas - Riga".
    const auto has = [&](Role role) { return std::any_of(told.begin(), told.end(), [&](const DayTold& t) { return t.role == role; }); };
    if (!has(Role::pickup)) {
        const auto open = std::find_if(told.begin(), told.end(), [](const DayTold& t) { return t.role == Role::none; });
        if (open != told.end()) open->role = Role::pickup;
    }
    for (const DayTold& t : told)
        if (t.role == Role::none) doubt(said, "pickup.date", fmt::format("'{}' belongs to neither stop", r.raw(t.found->first, t.found->last)));

    for (const Role role : {Role::pickup, Role::delivery}) {
        const char* field = role == Role::pickup ? "pickup.date" : "delivery.date";
        std::vector<Day> distinct;
        std::string why;
        for (const DayTold& t : told) {
            if (t.role != role) continue;
            const DayFound& d = *t.found;
            if (!d.doubt.empty()) why = d.doubt;
            if (older && d.relative && d.kind == DayFound::Kind::exact) why = fmt::format("'{}' was written on another day", r.raw(d.first, d.last));
            Day day = role == Role::delivery && d.until ? *d.until : d.day;
            if (d.kind == DayFound::Kind::same_day || d.kind == DayFound::Kind::next_day) {
                if (role == Role::pickup || !said.pickup_day) {
                    if (role == Role::delivery) why = fmt::format("'{}' counts from an unknown day", r.raw(d.first, d.last));
                    continue;
                }
                day = *said.pickup_day + std::chrono::days(d.kind == DayFound::Kind::next_day ? 1 : 0);
            }
            if (role == Role::delivery && d.kind == DayFound::Kind::weekday && said.pickup_day)
                while (day < *said.pickup_day) day += std::chrono::days(7);
            r.saw(field, d.first, d.last);
            if (std::find(distinct.begin(), distinct.end(), day) == distinct.end()) distinct.push_back(day);
        }
        if (distinct.size() > 1 && why.empty()) why = fmt::format("two days are told: {} and {}", day_text(distinct[0]), day_text(distinct[1]));
        if (!why.empty()) doubt(said, field, why);
        else if (distinct.size() == 1) (role == Role::pickup ? said.pickup_day : said.delivery_day) = distinct[0];
    }
    if (said.pickup_day) said.fields.pickup.date = day_text(*said.pickup_day);
    if (said.delivery_day) said.fields.delivery.date = day_text(*said.delivery_day);
}

void read_clocks(Reading& r, const std::vector<PlaceFound>& places, const std::vector<DayTold>& days, const std::vector<ClockFound>& clocks, int signature, Said& said) {
    for (const ClockFound& clock : clocks) {
        if (clock.first >= signature) continue;
        About a = about(r, places, clock.first, clock.last);
        if (a.something_else) continue;
        for (const DayTold& day : days) {  // "Friday 9 October, 16:00" are one
            const bool beside = (day.found->last < clock.first && clock.first - day.found->last <= 4) || (clock.last < day.found->first && day.found->first - clock.last <= 1);
            if (!beside) continue;
            bool parted = r.tokens[day.found->first].sentence != r.tokens[clock.first].sentence;
            for (int k = std::min(day.found->last, clock.last) + 1; k < std::max(day.found->first, clock.first); ++k) parted |= r.is(k, Meaning::pickup) || r.is(k, Meaning::delivery) || r.mark(k, ';');
            if (!parted && day.role != Role::none) a = {day.role, false, 1, false, false};
        }
        if (a.role == Role::none || a.cost > 60) continue;
        if (a.route) a.role = Role::pickup;
        Stop& stop = a.role == Role::pickup ? said.fields.pickup : said.fields.delivery;
        const std::string name = a.role == Role::pickup ? "pickup" : "delivery";
        const auto put = [&](std::optional<std::string>& where, const char* field, std::optional<int> minutes) {
            if (!minutes || where) return;
            where = clock_text(*minutes);
            r.saw(name + field, clock.first, clock.last);
        };
        const bool had_from = stop.time_from.has_value(), had_to = stop.time_to.has_value();
        if (clock.at && (had_from || had_to)) continue;
        if (!clock.at && clock.to && !clock.from && had_from && had_to && stop.time_from == stop.time_to) stop.time_to.reset();  // "at 9:00, until 12:00"
        if (clock.from && clock.to && (had_from || had_to)) continue;
        put(stop.time_from, ".time_from", clock.from);
        put(stop.time_to, ".time_to", clock.to);
    }
}

void read_several(const Reading& r, Said& said) {
    for (int i = 0; i + 1 < r.size(); ++i) {
        if (r.gone[i]) continue;
        int count = 0;
        if (r.number(i) && r.free(i) && r.tokens[i].folded.size() <= 2) count = std::stoi(r.tokens[i].folded);
        else if (const Tag* tag = r.tag(i, Meaning::number)) count = tag->value;
        if (count >= 2 && count <= 15 && !r.mark(i - 1, '.') && !r.mark(i - 1, ':') && !r.mark(i + 1, ':'))
            for (int k = i + 1; k <= i + 2 && k < r.size() && r.tokens[k].sentence == r.tokens[i].sentence; ++k)
                if ((r.is(k, Meaning::several) || r.is(k, Meaning::shipment)) && !r.is(k, Meaning::truck) && (k == i + 1 || r.word(i + 1)) && !r.is(i + 1, Meaning::pallet) && !r.is(i + 1, Meaning::tonne) && !r.is(i + 1, Meaning::hour) && !r.is(i + 1, Meaning::day_unit)) {
                    said.several = true;
                    doubt(said, "shipment", fmt::format("'{}': more than one shipment or stop", r.raw(i, k)));
                }
        if (const Tag* tag = r.tag(i, Meaning::round_trip)) {
            bool only_pallets = false;
            for (int k = std::max(0, i - 4); k < std::min(r.size(), tag->last + 4); ++k) only_pallets |= r.is(k, Meaning::pallet) && !r.number(k - 1);
            if (tag->value && (only_pallets || r.is(tag->last + 1, Meaning::by))) continue;
            said.several = true;
            doubt(said, "shipment", fmt::format("'{}': there may be a way back", r.raw(i, tag->last)));
        }
    }
}

void read_doubts(const Reading& r, int signature, Said& said) {
    for (const Tag& tag : r.tags) {
        if (tag.meaning != Meaning::doubt || tag.first >= signature) continue;
        bool about_a_fact = false;
        for (int k = 0; k < r.size(); ++k)
            if (r.tokens[k].sentence == r.tokens[tag.first].sentence) about_a_fact |= r.is(k, Meaning::pickup) || r.is(k, Meaning::delivery) || r.is(k, Meaning::weekday) || r.is(k, Meaning::month) || r.is(k, Meaning::pallet) || r.is(k, Meaning::kilogram) || (r.used[k] && r.number(k)) || r.is(k, Meaning::vague_day);
        if (about_a_fact) doubt(said, "shipment", fmt::format("'{}': the sender is not sure", r.raw(tag.first, tag.last)));
    }
}

// "l2 t", "З4 t", "1З,5 t": a letter inside a figure looks like a digit and is none, and what is left of the figure is another one.
// The letter's token, or -1.
int letter_inside(const Reading& r, const Figure& figure) {
    int k = figure.first;
    while (k > 0 && !r.tokens[k].space_before && (r.number(k) || r.mark(k, ',') || r.mark(k, '.'))) --k;
    if (k == figure.first || k < 0 || !r.word(k) || r.means[k].any()) return -1;
    const std::string_view letter = r.raw(k, k);
    return letter != "x" && letter != "X" && (letter.size() == 1 || (letter.size() == 2 && static_cast<unsigned char>(letter[0]) >= 0x80)) ? k : -1;
}

// A guess by hand of how often a field that was read is right; it was not measured. A field in doubt is a coin's toss.
double usual_confidence(std::string_view field) {
    static constexpr std::pair<std::string_view, double> table[] = {{"goods", 0.93}, {"shipper", 0.95}, {"reference", 0.96}, {"equipment", 0.97}, {"price", 0.97}, {"vehicles_needed", 0.95}, {"contact", 0.98}, {"temperature_c", 0.97}};
    for (const auto& [name, value] : table)
        if (field.starts_with(name)) return value;
    return 0.99;
}

// The tokens that told a field, as places in the message as it arrived; only of fields that are set.
std::vector<Evidence> evidence_of(const Reading& r, const Mapped& text, const Said& said) {
    std::vector<Evidence> out;
    for (const auto& [field, value] : told(said.fields)) {
        const bool in_doubt = std::any_of(said.doubts.begin(), said.doubts.end(), [&](const Reason& d) { return field == d.field || (d.field == "shipment" && field != "shipper" && !field.starts_with("contact")); });
        for (const Seen& seen : r.seen) {
            if (seen.field != field) continue;
            const Source at = text.where(r.tokens[seen.first].begin, r.tokens[seen.last].end);
            const Evidence one{field, at.begin, at.end, in_doubt ? 0.5 : usual_confidence(field)};
            if (at.end > at.begin && std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
        }
    }
    return out;
}

Said read_part(const Mapped& text, Day received, bool older) {
    Said said;
    const Unrolled unrolled = unroll_table(text);
    Reading r = read(unrolled.text.text);
    said.attacked = hide_what_nobody_should_read(r);
    read_kind(r, said);
    if (unrolled.several_rows) {
        said.several = said.table = true;
        doubt(said, "shipment", "a table of several shipments");
    }

    const int signature = signature_of(r);
    Fields& f = said.fields;
    f.contact_email = email_in(r);
    f.contact_phone = phone_in(r, true, signature);
    f.adr = adr_in(r);
    f.reference = reference_in(r);
    const auto days = days_in(r, received);
    auto places = places_in(r);
    f.temperature_c = temperature_in(r);
    const Amounts amounts = amounts_in(r);
    f.price = price_in(r);
    std::erase_if(places, [&](const PlaceFound& p) { return p.first >= signature; });
    const auto postals = postal_codes_in(r);
    if (const auto phone = phone_in(r, false, signature); phone && !f.contact_phone) f.contact_phone = phone;
    give_roles(r, places);
    // "Strasbourg and Metz": what is joined to a stop is a stop
    for (std::size_t i = 1; i < places.size(); ++i)
        if (places[i].first - places[i - 1].last <= 2 && (r.is(places[i].first - 1, Meaning::also) || r.is(places[i].first - 1, Meaning::either) || (r.mark(places[i].first - 1, '/') && places[i].sure < 100) || (r.mark(places[i].first - 1, '+'))) && places[i - 1].role != Role::none && places[i].sure < places[i - 1].sure) {
            places[i].role = places[i - 1].role;
            places[i].sure = places[i - 1].sure;
        }
    const auto clocks = clocks_in(r, days);

    read_stop(r, places, Role::pickup, "pickup", f.pickup, said);
    read_stop(r, places, Role::delivery, "delivery", f.delivery, said);
    for (const PlaceFound& place : places)
        if (place.role == Role::none && (place.evidence >= 45 || (place.evidence >= 30 && (r.is(place.first - 1, Meaning::also) || r.is(place.first - 1, Meaning::either))))) doubt(said, "shipment", fmt::format("it is not clear what {} is", place.name));
    for (const PostalFound& code : postals) {
        const About a = about(r, places, code.first, code.last);
        Stop& stop = a.role == Role::delivery ? f.delivery : f.pickup;
        if (a.role != Role::none && a.cost < 60 && stop.country == code.country && !stop.postal_code) {
            stop.postal_code = code.code;
            r.saw(a.role == Role::delivery ? "delivery.postal_code" : "pickup.postal_code", code.first, code.last);
        }
    }
    std::vector<DayTold> told;
    read_days(r, places, days, signature, older, said, told);
    read_clocks(r, places, told, clocks, signature, said);

    f.weight_kg = amounts.weight_kg.value;
    f.pallets = amounts.pallets.value;
    f.loading_metres = amounts.loading_metres.value;
    f.vehicles_needed = amounts.vehicles;
    said.per_vehicle = amounts.per_vehicle;
    said.stacked = amounts.stacked;
    if (!amounts.weight_kg.doubt.empty()) doubt(said, "weight_kg", amounts.weight_kg.doubt);
    if (!amounts.pallets.doubt.empty()) doubt(said, "pallets", amounts.pallets.doubt);
    if (!amounts.loading_metres.doubt.empty()) doubt(said, "loading_metres", amounts.loading_metres.doubt);
    for (const auto& [field, figure] : {std::pair("weight_kg", &amounts.weight_kg), std::pair("pallets", &amounts.pallets), std::pair("loading_metres", &amounts.loading_metres)})
        if (const int letter = figure->value ? letter_inside(r, *figure) : -1; letter >= 0) doubt(said, field, fmt::format("'{}' has a letter inside", r.raw(letter, figure->last)));
    if (!f.weight_kg && amounts.weight_kg.doubt.empty())  // a weight in a unit that nobody here knows?
        for (int k = 0; k < signature; ++k)
            if (r.free(k) && r.number(k))
                if (const auto n = number_at(r, k); n && n->value >= 500 && n->value < 100'000 && r.tokens[k].space_before && (n->last + 1 >= r.size() || !r.mark(n->last + 1, '/'))) doubt(said, "weight_kg", fmt::format("it is not clear what {} is", r.raw(k, n->last)));
    f.equipment = equipment_in(r);
    if (f.temperature_c && f.equipment != "reefer") {
        std::erase_if(r.seen, [](const Seen& s) { return s.field == "equipment"; });
        f.equipment = "reefer";
        for (const Seen& s : std::vector<Seen>(r.seen))
            if (s.field == "temperature_c.min") r.saw("equipment", s.first, s.last);
    }
    for (const PlaceFound& place : places)
        if (place.role == Role::none && place.evidence < 45)
            for (int k = place.first; k <= place.last; ++k) r.used[k] = false;  // a word that happens to be a town's name too
    f.goods = goods_in(r, amounts, signature);
    f.shipper = shipper_in(r, signature, f.contact_email);
    read_several(r, said);
    read_doubts(r, signature, said);
    said.evidence = evidence_of(r, unrolled.text, said);
    return said;
}

// What the newest message leaves unsaid, the quoted one says.
void fill_from(Said& newest, const Said& older) {
    const auto already = told(newest.fields);
    std::vector<std::string> filled;
    const auto fill = [&](const char* field, auto& mine, const auto& theirs) {
        const bool in_doubt = std::any_of(newest.doubts.begin(), newest.doubts.end(), [&](const Reason& r) { return r.field == field; });
        if (mine || in_doubt) return;
        mine = theirs;
        filled.emplace_back(field);
    };
    const bool new_pickup_day = newest.fields.pickup.date.has_value(), new_delivery_day = newest.fields.delivery.date.has_value();
    const auto fill_stop = [&](const std::string& name, Stop& mine, const Stop& theirs, bool new_day) {
        fill((name + ".date").c_str(), mine.date, theirs.date);
        if (!mine.place && !new_day) {
            fill("", mine.time_from, theirs.time_from);
            fill("", mine.time_to, theirs.time_to);
        } else if (!new_day && !mine.time_from && !mine.time_to) {
            mine.time_from = theirs.time_from;
            mine.time_to = theirs.time_to;
        }
        if (!mine.place) {
            fill((name + ".place").c_str(), mine.place, theirs.place);
            if (mine.place) {
                mine.country = theirs.country;
                mine.postal_code = theirs.postal_code;
            }
        }
    };
    fill_stop("pickup", newest.fields.pickup, older.fields.pickup, new_pickup_day);
    fill_stop("delivery", newest.fields.delivery, older.fields.delivery, new_delivery_day);
    if (!newest.pickup_day) newest.pickup_day = older.pickup_day;
    if (!newest.delivery_day) newest.delivery_day = older.delivery_day;
    Fields& f = newest.fields;
    const Fields& o = older.fields;
    fill("goods", f.goods, o.goods);
    fill("weight_kg", f.weight_kg, o.weight_kg);
    fill("pallets", f.pallets, o.pallets);
    fill("loading_metres", f.loading_metres, o.loading_metres);
    fill("temperature_c", f.temperature_c, o.temperature_c);
    fill("adr", f.adr, o.adr);
    fill("equipment", f.equipment, o.equipment);
    fill("price", f.price, o.price);
    fill("reference", f.reference, o.reference);
    fill("shipper", f.shipper, o.shipper);
    fill("contact_email", f.contact_email, o.contact_email);
    fill("contact_phone", f.contact_phone, o.contact_phone);
    fill("vehicles_needed", f.vehicles_needed, o.vehicles_needed);
    for (const Evidence& e : older.evidence)
        if (std::none_of(already.begin(), already.end(), [&](const auto& field) { return field.first == e.field; })) newest.evidence.push_back(e);
    for (const Reason& r : older.doubts)
        if (r.field == "shipment" || std::find(filled.begin(), filled.end(), r.field) != filled.end()) doubt(newest, r.field, r.what);
    newest.several |= older.several;
    newest.per_vehicle |= older.per_vehicle;
    newest.stacked |= older.stacked;
    newest.wants_freight |= older.wants_freight;
    newest.truck_free |= older.truck_free;
}

bool has_amount(const Fields& f) { return f.weight_kg || f.pallets || f.loading_metres; }

// Why it is no offer at all, or empty.
std::string no_offer(const Said& said, const Message& message) {
    const Fields& f = said.fields;
    const bool doubtful_amount = std::any_of(said.doubts.begin(), said.doubts.end(), [](const Reason& r) { return r.field == "weight_kg" || r.field == "pallets" || r.field == "loading_metres"; });
    const bool amount = has_amount(f) || doubtful_amount;
    const bool route = f.pickup.place && f.delivery.place;
    const bool complete = route && amount && f.pickup.date;
    if (said.cancelled && !said.instead) return "it takes an order back";
    if (said.truck_free && !complete) return "a carrier offers an empty truck";
    if (said.wants_freight && !complete) return "a carrier looks for freight";
    if (said.reminder && said.invoice && !(complete && f.equipment)) return "it is about an invoice";
    if (said.spam >= 2 || (said.spam == 1 && !route)) return "it advertises something";
    if (said.closed && !(route && amount)) return "it says when somebody is away";
    const bool place = f.pickup.place || f.delivery.place;
    if (said.table || (said.several && (amount || route || (place && f.pickup.date)))) return {};
    if (route || (place && amount) || (amount && f.pickup.date && message.channel != "chat")) return {};
    if (said.attacked) return "it only tries to command the reader";
    return "it offers no freight";
}

void check(Said& said, Day received) {
    Fields& f = said.fields;
    const auto has_doubt = [&](const std::string& field) { return std::any_of(said.doubts.begin(), said.doubts.end(), [&](const Reason& r) { return r.field == field; }); };
    const auto required = [&](const std::string& field, bool there, const char* what) {
        if (!there && !has_doubt(field)) doubt(said, field, what);
    };
    required("pickup.place", f.pickup.place.has_value(), "there is no place to load");
    required("delivery.place", f.delivery.place.has_value(), "there is no place to unload");
    if (f.pickup.place) required("pickup.country", f.pickup.country.has_value(), "the country is not clear");
    if (f.delivery.place) required("delivery.country", f.delivery.country.has_value(), "the country is not clear");
    required("pickup.date", f.pickup.date.has_value(), "there is no day to load");
    if (!has_amount(f) && !has_doubt("weight_kg") && !has_doubt("pallets") && !has_doubt("loading_metres")) doubt(said, "weight_kg", "neither weight, pallets nor loading metres are told");

    if (said.pickup_day && said.delivery_day && *said.delivery_day < *said.pickup_day) {
        doubt(said, "delivery.date", "the delivery is before the pickup");
        f.pickup.date.reset();
        f.delivery.date.reset();
    }
    if (said.pickup_day && *said.pickup_day < received - std::chrono::days(1)) doubt(said, "pickup.date", "the day to load has passed");
    if (said.pickup_day && *said.pickup_day > received + std::chrono::days(120)) doubt(said, "pickup.date", "the day to load is far away");
    if (said.pickup_day && said.delivery_day && *said.delivery_day > *said.pickup_day + std::chrono::days(30)) doubt(said, "delivery.date", "the delivery is long after the pickup");
    if (f.pickup.place && f.pickup.place == f.delivery.place && f.pickup.country == f.delivery.country) doubt(said, "delivery.place", "it is the place of loading");

    const bool one_vehicle = f.vehicles_needed.value_or(1) <= 1 || said.per_vehicle;
    if (!one_vehicle && has_amount(f)) doubt(said, "vehicles_needed", "it is not clear whether the figures are for each vehicle");
    if (f.weight_kg.value_or(0) > heaviest_kg) doubt(said, "weight_kg", fmt::format("{:g} kg are too much for one vehicle", *f.weight_kg));
    if (f.weight_kg && *f.weight_kg < 1) doubt(said, "weight_kg", "so light is no freight");
    if (f.pallets.value_or(0) > most_pallets && !said.stacked) doubt(said, "pallets", fmt::format("{:g} pallets are too many for one vehicle", *f.pallets));
    if (f.pallets.value_or(0) > 2 * most_pallets) doubt(said, "pallets", fmt::format("{:g} pallets are too many for one vehicle", *f.pallets));
    if (f.loading_metres.value_or(0) > longest_metres + 0.001) doubt(said, "loading_metres", fmt::format("{:g} m are too long for one vehicle", *f.loading_metres));
    if (f.equipment == "van" && f.weight_kg.value_or(0) > van_kg) doubt(said, "equipment", "too heavy for a van");
}

}  // namespace
}  // namespace rules

Answer extract(const Message& message) {
    using namespace rules;
    const Day received = std::chrono::floor<std::chrono::days>(message.received_at);
    const Mapped text = plain(message.text);
    const Parts parts = apart(text);
    Said said = read_part(parts.newest, received, false);
    if (!parts.older.text.empty()) {
        // "Tomorrow" in a quoted message counts from the day in its head, when there is exactly one.
        std::optional<Day> written;
        if (!parts.older_date.empty()) {
            Reading head = read(parts.older_date);
            const auto days = days_in(head, received);
            if (days.size() == 1 && days[0].kind == DayFound::Kind::exact && !days[0].relative && days[0].doubt.empty() && days[0].day <= received && days[0].day > received - std::chrono::days(60)) written = days[0].day;
        }
        Said older = read_part(parts.older, written.value_or(received), !written);
        if (!older.fields.contact_email && !parts.older_from.empty()) {
            older.fields.contact_email = parts.older_from;
            older.evidence.push_back({"contact_email", parts.older_from_at.begin, parts.older_from_at.end, usual_confidence("contact")});
        }
        fill_from(said, older);
    }

    Answer answer;
    if (std::string why = no_offer(said, message); !why.empty()) {
        answer.decision = Decision::reject;
        answer.reasons.push_back({"offer", std::move(why)});
        return answer;
    }
    check(said, received);
    if (turns_order(text.text)) doubt(said, "shipment", "hidden marks turn the order in which it is shown");
    if (said.cancelled) doubt(said, "shipment", "another order is taken back in the same message");
    if (said.truck_free || said.wants_freight) doubt(said, "shipment", "it may be a carrier who looks for freight");
    if (said.reminder && said.invoice) doubt(said, "shipment", "it may be about an invoice");
    if (said.several && said.doubts.empty()) doubt(said, "shipment", "there may be several shipments");
    answer.decision = said.doubts.empty() ? Decision::accept : Decision::review;
    answer.fields = std::move(said.fields);
    for (const auto& [field, value] : told(answer.fields)) {
        const auto before = answer.evidence.size();
        for (const Evidence& e : said.evidence)
            if (e.field == field) answer.evidence.push_back(e);
        if (answer.evidence.size() == before) forget(answer.fields, field);  // nothing is told that the text does not show
    }
    answer.reasons = std::move(said.doubts);
    return answer;
}

}  // namespace waybill::extraction
