#include "tests/runtime/loading/sample.h"

namespace rondo::sample {

Conduct conduct;

}  // namespace rondo::sample
