// The search for one shipment's vehicle: depots are asked one after the other, the nearest to the pick-up first.
#pragma once

#include "domain/request.h"

#include <string>
#include <vector>

namespace waybill::fleet {

inline constexpr int farthest_depot_km = 900;
inline constexpr std::size_t most_depots = 8;
inline constexpr std::size_t most_reasons = 20;
inline constexpr std::chrono::seconds depot_answers_within{90};  // all of them fit into the time that fulfilment waits

enum class Stage { asking, proposed, nothing_found };
BOOST_DESCRIBE_ENUM(Stage, asking, proposed, nothing_found)

struct Search {
    Stage stage = Stage::asking;
    Request request;
    std::vector<std::string> depots;
    int asked = 0;                     // the depot that is being asked, or that proposed: an index
    std::vector<std::string> reasons;  // why the depots so far have nothing: the first few of each
    int unsaid = 0;                    // how many more there were
    bool operator==(const Search&) const = default;
};
BOOST_DESCRIBE_STRUCT(Search, (), (stage, request, depots, asked, reasons, unsaid))

// A search from the start. A depot in `first` is asked before the others: it may still hold what it proposed.
Search begun(Request request, const std::string& first = {});

bool every_depot_asked(const Search& search);
const std::string& asked_depot(const Search& search);

// The depot that is being asked has nothing: on to the next.
Search next_depot(Search search, const std::vector<std::string>& reasons);

std::vector<std::string> told_reasons(const Search& search);

}  // namespace waybill::fleet
