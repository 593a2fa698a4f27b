#include "runtime/resource.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/guarded_call.h"

namespace rondo {
namespace {

absl::Status NoSuch(absl::string_view id) {
  return absl::NotFoundError(absl::StrCat("no resource ", id, ": it was closed, or never was"));
}

// The number behind the type.
absl::StatusOr<int64_t> NumberOf(absl::string_view id) {
  const size_t mark = id.rfind('#');
  int64_t number = 0;
  if (mark == absl::string_view::npos || !absl::SimpleAtoi(id.substr(mark + 1), &number)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", id, "\" is no id of a resource, like net.tcp_stream#1"));
  }
  return number;
}

}  // namespace

Resource::~Resource() = default;

std::string ResourceTable::Add(std::shared_ptr<Resource> resource) {
  const int64_t number = ++last_;
  std::string id = absl::StrCat(resource->type(), "#", number);
  resources_.emplace(number, std::move(resource));
  return id;
}

absl::StatusOr<std::shared_ptr<Resource>> ResourceTable::Find(absl::string_view id,
                                                              absl::string_view type) const {
  const absl::StatusOr<int64_t> number = NumberOf(id);
  if (!number.ok()) return number.status();
  const auto it = resources_.find(*number);
  // Of another type, too, when it is not what the id says.
  if (it == resources_.end()) return NoSuch(id);
  const absl::string_view found = it->second->type();
  if (!absl::StartsWith(id, absl::StrCat(found, "#"))) return NoSuch(id);
  if (found != type) {
    return absl::InvalidArgumentError(absl::StrCat(id, " is no ", type));
  }
  return it->second;
}

absl::Status ResourceTable::Close(absl::string_view id) {
  const absl::StatusOr<int64_t> number = NumberOf(id);
  if (!number.ok()) return number.status();
  const auto it = resources_.find(*number);
  if (it == resources_.end() || !absl::StartsWith(id, absl::StrCat(it->second->type(), "#"))) {
    return NoSuch(id);
  }
  const std::shared_ptr<Resource> resource = std::move(it->second);
  resources_.erase(it);
  const absl::Status status = internal::GuardedCall([&resource] {
    resource->Close();
    return absl::OkStatus();
  });
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat("close ", id, ": ", status.message()));
}

absl::Status ResourceTable::CloseAll(absl::string_view prefix) {
  absl::Status first;
  for (const std::string& id : Ids()) {
    if (!absl::StartsWith(id, prefix)) continue;
    const absl::Status status = Close(id);
    // Another that was closed may have closed it.
    if (!absl::IsNotFound(status)) first.Update(status);
  }
  return first;
}

std::vector<std::string> ResourceTable::Ids() const {
  std::vector<std::string> ids;
  ids.reserve(resources_.size());
  for (const auto& [number, resource] : resources_) {
    ids.push_back(absl::StrCat(resource->type(), "#", number));
  }
  return ids;
}

}  // namespace rondo
