#include "runtime/kind_registry.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/nearest_names.h"

namespace rondo::internal {
namespace {

absl::Status CheckName(const Kind& kind) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(kind.name, absl::MaxSplits('.', 1));
  if (parts.first == kind.plugin && IsSnakeCase(parts.second)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("plugin ", kind.plugin, ": kind \"", kind.name,
                                                 "\" is not named ", kind.plugin, ".verb_noun"));
}

}  // namespace

bool IsSnakeCase(absl::string_view word) {
  return !word.empty() && absl::ascii_islower(word[0]) &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

absl::Status KindRegistry::CheckOne(const Kind& kind) const {
  if (absl::Status status = CheckName(kind); !status.ok()) return status;
  if (kind.options.max_concurrency < 1 || kind.options.max_queue < 0) {
    return absl::InvalidArgumentError(absl::StrCat("kind ", kind.name, ": max_concurrency ",
                                                   kind.options.max_concurrency, " and max_queue ",
                                                   kind.options.max_queue, " let nothing run"));
  }
  // No other plugin has a kind of this name: it begins with the plugin's, and a runtime has one
  // plugin of a name.
  if (const auto it = by_fingerprint_.find(kind.fingerprint); it != by_fingerprint_.end()) {
    return absl::AlreadyExistsError(absl::StrCat("kinds ", kind.name, " and ", it->second->name,
                                                 " have one fingerprint: rename one of them"));
  }
  return absl::OkStatus();
}

absl::Status KindRegistry::Check(const std::vector<std::unique_ptr<Kind>>& kinds) const {
  absl::flat_hash_set<absl::string_view> names;
  for (const std::unique_ptr<Kind>& kind : kinds) {
    if (absl::Status status = CheckOne(*kind); !status.ok()) return status;
    if (!names.insert(kind->name).second) {
      return absl::AlreadyExistsError(
          absl::StrCat("plugin ", kind->plugin, " registers kind ", kind->name, " twice"));
    }
  }
  return absl::OkStatus();
}

void KindRegistry::Add(std::vector<std::unique_ptr<Kind>> kinds) {
  for (std::unique_ptr<Kind>& kind : kinds) {
    by_fingerprint_.emplace(kind->fingerprint, kind.get());
    std::string name = kind->name;
    by_name_.emplace(std::move(name), std::move(kind));
  }
}

std::vector<std::unique_ptr<Kind>> KindRegistry::Remove(absl::string_view plugin) {
  Close(plugin);
  std::vector<std::unique_ptr<Kind>> removed;
  for (auto it = by_name_.begin(); it != by_name_.end();) {
    if (it->second->plugin == plugin) {
      removed.push_back(std::move(it->second));
      it = by_name_.erase(it);
    } else {
      ++it;
    }
  }
  return removed;
}

void KindRegistry::Close(absl::string_view plugin) {
  for (const auto& [name, kind] : by_name_) {
    if (kind->plugin == plugin) by_fingerprint_.erase(kind->fingerprint);
  }
}

void KindRegistry::Open(absl::string_view plugin) {
  for (const auto& [name, kind] : by_name_) {
    if (kind->plugin == plugin) by_fingerprint_.emplace(kind->fingerprint, kind.get());
  }
}

absl::Status KindRegistry::Explain(absl::string_view name) const {
  if (const auto it = by_name_.find(name); it != by_name_.end()) {
    if (!by_fingerprint_.contains(it->second->fingerprint)) {
      return absl::FailedPreconditionError(
          absl::StrCat("kind ", name, ": plugin ", it->second->plugin, " is being unloaded"));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("kind ", name, ": plugin ", it->second->plugin,
                     " was built with other request or result types than the caller"));
  }
  std::vector<std::string> names;
  for (const auto& [known, kind] : by_name_) names.push_back(known);
  std::string hint = DidYouMean(name, names);
  if (hint.empty()) {
    const absl::string_view plugin = name.substr(0, name.find('.'));
    hint = absl::StrCat("; is the plugin \"", plugin, "\" added to the runtime?");
  }
  return absl::NotFoundError(absl::StrCat("no task kind \"", name, "\"", hint));
}

void KindRegistry::ForEach(absl::FunctionRef<void(const Kind&)> f) const {
  for (const auto& [name, kind] : by_name_) f(*kind);
}

}  // namespace rondo::internal
