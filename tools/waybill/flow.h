// Topics, rights and services as contracts/flow.yaml says, in the words of those who provision servers.
#pragma once

#include <waybill/stack.h>

namespace waybill::cli {

stack::Flow flow();

}  // namespace waybill::cli
