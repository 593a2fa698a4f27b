// What can be said of a task kind to those who know only its name.
#ifndef RONDO_RUNTIME_KIND_INFO_H_
#define RONDO_RUNTIME_KIND_INFO_H_

#include <optional>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "runtime/kind.h"
#include "runtime/runtime.h"
#include "runtime/value_type.h"

namespace rondo {

struct KindInfo {
  std::string name;
  std::string plugin;
  RunsOn runs_on;
  KindOptions limits;
  std::optional<ValueType> request;  // None: a request cannot be written down.
  std::optional<ValueType> result;   // None: a result cannot.
  nlohmann::json defaults;           // The request of a caller who gives nothing; null without one.

  // Whether Runtime::Call can call it.
  bool can_be_called() const { return request.has_value() && result.has_value(); }
};

// The kinds of a runtime, in the order of their names.
std::vector<KindInfo> DescribeKinds(const Runtime& runtime);

namespace internal {

KindInfo DescribeKind(const Kind& kind);

}  // namespace internal
}  // namespace rondo

#endif  // RONDO_RUNTIME_KIND_INFO_H_
