#include "runtime/plugin.h"

namespace rondo {

// Out of line, so that the class has one vtable and one type_info, in the host.
Plugin::~Plugin() = default;

void Plugin::VisitOptions(FieldVisitor&) {}

absl::Status Plugin::Start(Runtime&) { return absl::OkStatus(); }

void Plugin::Stop() {}

std::vector<std::string> Plugin::Dump() const { return {}; }

}  // namespace rondo
