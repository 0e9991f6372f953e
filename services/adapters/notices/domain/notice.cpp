#include "domain/notice.h"

#include <algorithm>

namespace waybill::notices {

const Notice* find(const Notices& all, std::string_view id) {
    const auto found = std::ranges::find(all.notices, id, &Notice::id);
    return found == all.notices.end() ? nullptr : &*found;
}

Notices with(Notices all, Notice notice) {
    const auto found = std::ranges::find(all.notices, notice.id, &Notice::id);
    if (found == all.notices.end()) all.notices.push_back(std::move(notice));
    else *found = std::move(notice);
    return all;
}

}  // namespace waybill::notices
