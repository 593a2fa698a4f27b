#include "runtime/plugin.h"

namespace rondo {

// Out of line, so that the class has one vtable and one type_info, in the host.
Plugin::~Plugin() = default;

absl::Status Plugin::Start(Runtime&) { return absl::OkStatus(); }

void Plugin::Stop() {}

}  // namespace rondo
