// What takes the whole plugin.
#ifndef RONDO_RUNTIME_CONFORMANCE_PLUGIN_CHECKS_H_
#define RONDO_RUNTIME_CONFORMANCE_PLUGIN_CHECKS_H_

#include "runtime/conformance/subject.h"

namespace rondo::conformance {

// Unloaded with tasks on their way it refuses, and names them; drained it goes, and every caller
// is told; loaded again it works as before.
void CheckUnloadUnderLoad(const Subject& subject);

// A kind that is used again and again, and cancelled, leaves no descriptor, no thread and no memory
// behind.
// REQUIRES: the kind can be called.
void CheckLeaks(const Subject& subject, const KindInfo& kind);

}  // namespace rondo::conformance

#endif  // RONDO_RUNTIME_CONFORMANCE_PLUGIN_CHECKS_H_
