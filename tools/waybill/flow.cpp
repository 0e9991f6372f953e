#include "flow.h"

#include <waybill/contracts/flow.h>

namespace waybill::cli {

stack::Flow flow() {
    stack::Flow made;
    const auto& known = contracts::flow();
    for (const auto& topic : known.topics) made.topics.push_back({topic.name, known.lanes, topic.retention, topic.owner, topic.readers});
    made.topics.push_back({"waybill.asks", 1, known.asks_retention, "", {}});
    for (const auto& service : known.services) made.services.push_back({service.name});
    return made;
}

}  // namespace waybill::cli
