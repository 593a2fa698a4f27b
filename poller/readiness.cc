#include "poller/readiness.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rondo {
namespace {

struct Name {
  Readiness::Bit bit;
  absl::string_view name;
};

constexpr Name kNames[] = {
    {Readiness::kReadable, "readable"}, {Readiness::kUrgent, "urgent"},
    {Readiness::kWritable, "writable"}, {Readiness::kPeerClosed, "peer_closed"},
    {Readiness::kHungUp, "hung_up"},    {Readiness::kError, "error"},
};

}  // namespace

std::string Readiness::ToString() const {
  if (empty()) return "nothing";
  std::string text;
  for (const Name& name : kNames) {
    if (Has(name.bit)) absl::StrAppend(&text, text.empty() ? "" : "|", name.name);
  }
  return text;
}

}  // namespace rondo
