// Not part of any program: the tests `declared_event_compiles` and `undeclared_event_does_not_compile` give it to the
// compiler with EVENT as one that intake may announce, and as one that only fulfilment may.
#include <waybill/contracts/fulfilment.h>
#include <waybill/contracts/intake.h>
#include <waybill/runtime.h>

using Decision = waybill::runtime::Decision<waybill::runtime::NoState, intake::v1::Emits>;

Decision decide() { return Decision::stays().announcing(EVENT()); }
