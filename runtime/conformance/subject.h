// The plugin that is being tried.
#ifndef RONDO_RUNTIME_CONFORMANCE_SUBJECT_H_
#define RONDO_RUNTIME_CONFORMANCE_SUBJECT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "runtime/kind_info.h"
#include "runtime/runtime.h"

namespace rondo::conformance {

// A plugin in a file, and what it needs.
struct Subject {
  std::string file;
  std::vector<std::string> needs;  // Files of plugins that are loaded before it.
  nlohmann::json options;          // Of the plugin; null: none.
  nlohmann::json requests;         // By the name of the kind, fields to give.

  // A runtime with nothing but the plugin and what it needs.
  absl::StatusOr<std::unique_ptr<Runtime>> MakeRuntime() const;
  // Loads the plugin into it again.
  absl::StatusOr<std::string> Load(Runtime& runtime) const;
  // The kinds of the plugin.
  absl::StatusOr<std::vector<KindInfo>> Kinds() const;
  // Still to go through WithObjects.
  nlohmann::json RequestOf(const KindInfo& kind) const;
};

}  // namespace rondo::conformance

#endif  // RONDO_RUNTIME_CONFORMANCE_SUBJECT_H_
