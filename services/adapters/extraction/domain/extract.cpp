#include "domain/extract.h"

#include "domain/calendar.h"
#include "domain/check.h"
#include "domain/confidence.h"
#include "domain/freight.h"
#include "domain/places.h"
#include "domain/reading.h"
#include "domain/resolve.h"
#include "domain/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace waybill::extraction {

namespace rules {
namespace {

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
            case Meaning::under_way: said.under_way = true; break;
            case Meaning::papers: said.papers = true; break;
            case Meaning::spam: ++said.spam; break;
            default: break;
        }
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

// How often a field that is told so is right, as it was counted.
double confidence_of(std::string_view field, Told how) {
    const auto last = field.substr(field.rfind('.') + 1);
    for (const Share& share : shares)
        if (std::find(std::begin(share.fields), std::end(share.fields), last) != std::end(share.fields)) return share.right[std::size_t(how)];
    return 0;
}

Told how_told(const std::string& field, const Answer& answer) {
    const bool people = field == "shipper" || field.starts_with("contact");
    const bool doubtful = std::any_of(answer.reasons.begin(), answer.reasons.end(), [&](const Reason& reason) { return field == reason.field || (reason.field == "shipment" && !people); });
    return doubtful ? Told::doubtful : answer.decision == Decision::accept ? Told::sure : Told::asked;
}

// The tokens that told a field, as places in the message as it arrived; only of fields that are set.
std::vector<Evidence> evidence_of(const Reading& r, const Mapped& text, const Said& said) {
    std::vector<Evidence> out;
    for (const auto& [field, value] : told(said.fields)) {
        for (const Seen& seen : r.seen) {
            if (seen.field != field) continue;
            const Source at = text.where(r.tokens[seen.first].begin, r.tokens[seen.last].end);
            const Evidence one{field, at.begin, at.end};
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
    if (newest.fields.pickup.place == older.fields.pickup.place && !newest.from) newest.from = older.from;
    if (newest.fields.delivery.place == older.fields.delivery.place && !newest.to) newest.to = older.to;
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
            older.evidence.push_back({"contact_email", parts.older_from_at.begin, parts.older_from_at.end});
        }
        fill_from(said, older);
    }

    Answer answer;
    if (std::string why = no_offer(said, message.channel); !why.empty()) {
        answer.decision = Decision::reject;
        answer.reasons.push_back({"offer", std::move(why)});
        return answer;
    }
    check(said, received);
    if (turns_order(text.text)) doubt(said, "shipment", "hidden marks turn the order in which it is shown");
    if (said.cancelled) doubt(said, "shipment", "another order is taken back in the same message");
    if (said.truck_free || said.wants_freight) doubt(said, "shipment", "it may be a carrier who looks for freight");
    if (said.reminder && said.invoice) doubt(said, "shipment", "it may be about an invoice");
    if (said.papers) doubt(said, "shipment", "it may be about the papers of a transport");
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
    for (Evidence& e : answer.evidence) e.confidence = confidence_of(e.field, how_told(e.field, answer));
    return answer;
}

}  // namespace waybill::extraction
