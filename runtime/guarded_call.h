// Calls that may throw, of code that is not ours.
#ifndef RONDO_RUNTIME_GUARDED_CALL_H_
#define RONDO_RUNTIME_GUARDED_CALL_H_

#include <exception>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace rondo::internal {

// What `f` returns, an absl::Status or absl::StatusOr; or INTERNAL when it throws.
template <typename F>
auto GuardedCall(F&& f) -> decltype(f()) {
  try {
    return std::forward<F>(f)();
  } catch (const std::exception& exception) {
    return absl::InternalError(absl::StrCat("exception: ", exception.what()));
  } catch (...) {
    return absl::InternalError("exception of an unknown type");
  }
}

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_GUARDED_CALL_H_
