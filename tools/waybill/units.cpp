#include "units.h"

// Declared here because every service has a header called service.h.
namespace waybill::edge { host::Unit unit(); }
namespace waybill::intake { host::Unit unit(); }
namespace waybill::fulfilment { host::Unit unit(); }
namespace waybill::fleet { host::Unit unit(); }
namespace waybill::billing { host::Unit unit(); }
namespace waybill::operations { host::Unit unit(); }
namespace waybill::extraction { host::Unit unit(); }
namespace waybill::places { host::Unit unit(); }
namespace waybill::routes { host::Unit unit(); }
namespace waybill::tax { host::Unit unit(); }
namespace waybill::payments { host::Unit unit(); }
namespace waybill::notices { host::Unit unit(); }

namespace waybill::cli {

std::vector<host::Unit> units() {
    return {edge::unit(), intake::unit(), fulfilment::unit(), fleet::unit(), billing::unit(), operations::unit(),
            extraction::unit(), places::unit(), routes::unit(), tax::unit(), payments::unit(), notices::unit()};
}

}  // namespace waybill::cli
