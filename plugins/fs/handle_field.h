// How a request names an open file or directory to who calls by name.
#ifndef RONDO_PLUGINS_FS_HANDLE_FIELD_H_
#define RONDO_PLUGINS_FS_HANDLE_FIELD_H_

#include "absl/strings/string_view.h"
#include "runtime/fields.h"
#include "runtime/resource.h"

namespace rondo::fs::internal {

// Visits a handle of which copies are the same object: a request keeps one of its own, so that a
// body which nobody waits for any more does not lose what it works on.
template <LiveObject T>
void VisitHandle(FieldVisitor& visit, absl::string_view name, T& handle) {
  ResourceRef<T> reference;
  if (handle) reference = ResourceRef<T>(handle);
  visit(name, reference, {.required = true});
  if (reference) handle = *reference;
}

}  // namespace rondo::fs::internal

#endif  // RONDO_PLUGINS_FS_HANDLE_FIELD_H_
