#include "runtime/fields.h"

namespace rondo {

// Out of line, so that the class has its vtable once, in the host.
FieldVisitor::~FieldVisitor() = default;

void FieldVisitor::Reject(absl::string_view) {}

}  // namespace rondo
