// The bodies of the kinds of by_id.h. Internal.
#ifndef RONDO_PLUGINS_NET_BY_ID_BODIES_H_
#define RONDO_PLUGINS_NET_BY_ID_BODIES_H_

#include "runtime/registrar.h"

namespace rondo::net::internal {

void RegisterKindsById(Registrar& registrar);

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_BY_ID_BODIES_H_
