#include "plugins/http/headers.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rondo::http {
namespace {

bool IsTokenChar(char c) {
  return absl::ascii_isalnum(c) || absl::StrContains("!#$%&'*+-.^_`|~", c);
}

bool IsToken(absl::string_view text) {
  for (const char c : text) {
    if (!IsTokenChar(c)) return false;
  }
  return !text.empty();
}

// Any byte of another alphabet is allowed, a control character is not.
bool IsValue(absl::string_view text) {
  for (const char c : text) {
    if (absl::ascii_iscntrl(c) && c != '\t') return false;
  }
  return true;
}

}  // namespace

const std::string* Headers::Find(absl::string_view name) const {
  for (const Field& field : fields_) {
    if (absl::EqualsIgnoreCase(field.name, name)) return &field.value;
  }
  return nullptr;
}

size_t Headers::Count(absl::string_view name) const {
  size_t count = 0;
  for (const Field& field : fields_) count += absl::EqualsIgnoreCase(field.name, name) ? 1 : 0;
  return count;
}

bool Headers::HasToken(absl::string_view name, absl::string_view token) const {
  for (const Field& field : fields_) {
    if (!absl::EqualsIgnoreCase(field.name, name)) continue;
    for (absl::string_view item : absl::StrSplit(field.value, ',')) {
      if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(item), token)) return true;
    }
  }
  return false;
}

absl::Status Headers::Validate() const {
  for (const Field& field : fields_) {
    if (IsToken(field.name) && IsValue(field.value)) continue;
    return absl::InvalidArgumentError(absl::StrCat("the header \"", absl::CEscape(field.name), ": ",
                                                   absl::CEscape(field.value),
                                                   "\" has a character that must not be sent"));
  }
  return absl::OkStatus();
}

}  // namespace rondo::http
