// What every plugin promises as a whole.
#ifndef RONDO_RUNTIME_CONFORMANCE_PLUGIN_CHECKS_H_
#define RONDO_RUNTIME_CONFORMANCE_PLUGIN_CHECKS_H_

#include "runtime/conformance/subject.h"

namespace rondo::conformance {

// Unloaded with tasks on their way it refuses, and names them; drained it goes, and every caller
// is told; loaded again it works as before.
void CheckUnloadUnderLoad(const Subject& subject);

// Used again and again, it leaves no descriptor, no thread and no memory behind.
void CheckLeaks(const Subject& subject);

}  // namespace rondo::conformance

#endif  // RONDO_RUNTIME_CONFORMANCE_PLUGIN_CHECKS_H_
