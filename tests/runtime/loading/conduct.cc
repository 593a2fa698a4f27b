#include <stdexcept>

#include "tests/runtime/loading/sample.h"

namespace rondo::sample {

Conduct conduct;

void Bell::Close() {
  ++conduct.bells_closed;
  if (conduct.throws_in == Step::kClose) throw std::runtime_error("a crack");
}

}  // namespace rondo::sample
