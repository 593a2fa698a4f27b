// The task kinds that a runtime knows.
#ifndef RONDO_RUNTIME_KIND_REGISTRY_H_
#define RONDO_RUNTIME_KIND_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/operation.h"

namespace rondo::internal {

// Whether it is a lower_snake_case word, as plugins are named.
bool IsSnakeCase(absl::string_view word);

// Finds a kind by the fingerprint of its request (what a typed submission has), or by name.
// Loop thread only. Owns the kinds.
class KindRegistry {
 public:
  // Whether all of them can be added.
  // Errors: ALREADY_EXISTS naming the kind and both plugins; INVALID_ARGUMENT for a name that is
  // not PLUGIN.lower_snake_case, or limits that let nothing run.
  absl::Status Check(const std::vector<std::unique_ptr<Kind>>& kinds) const;

  // REQUIRES: Check(kinds) is OK.
  void Add(std::vector<std::unique_ptr<Kind>> kinds);

  // Takes a plugin's kinds out. REQUIRES: no operation refers to them.
  std::vector<std::unique_ptr<Kind>> Remove(absl::string_view plugin);

  // From Close until Open a plugin's kinds are not found; Explain says why.
  void Close(absl::string_view plugin);
  void Open(absl::string_view plugin);

  // Null when there is none.
  Kind* Find(uint64_t fingerprint) const {
    const auto it = by_fingerprint_.find(fingerprint);
    return it == by_fingerprint_.end() ? nullptr : it->second;
  }

  Kind* FindName(absl::string_view name) const {
    const auto it = by_name_.find(name);
    return it == by_name_.end() ? nullptr : Find(it->second->fingerprint);
  }

  // Why Find had to fail for a request of this name: NOT_FOUND with the nearest names, or
  // FAILED_PRECONDITION when the kind is closed, or there with another request or result type.
  absl::Status Explain(absl::string_view name) const;

  // In the order of their names.
  void ForEach(absl::FunctionRef<void(const Kind&)> f) const;

 private:
  absl::Status CheckOne(const Kind& kind) const;

  absl::btree_map<std::string, std::unique_ptr<Kind>> by_name_;
  absl::flat_hash_map<uint64_t, Kind*> by_fingerprint_;
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_KIND_REGISTRY_H_
