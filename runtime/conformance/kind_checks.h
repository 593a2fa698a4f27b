// What every task kind promises, whatever it does.
#ifndef RONDO_RUNTIME_CONFORMANCE_KIND_CHECKS_H_
#define RONDO_RUNTIME_CONFORMANCE_KIND_CHECKS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "runtime/kind_info.h"
#include "runtime/runtime.h"

namespace rondo::conformance {

// One promise. Fails the test that runs it when the kind does not keep it.
struct KindCheck {
  absl::string_view name;
  void (*run)(Runtime& runtime, const KindInfo& kind, const nlohmann::json& request);
};

// Those that a kind can be asked for with such a request, which may still have to go through
// WithObjects.
std::vector<KindCheck> ChecksOf(const KindInfo& kind, const nlohmann::json& request);

}  // namespace rondo::conformance

#endif  // RONDO_RUNTIME_CONFORMANCE_KIND_CHECKS_H_
