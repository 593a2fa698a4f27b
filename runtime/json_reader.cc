#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/json_fields.h"
#include "runtime/nearest_names.h"

namespace rondo {
namespace {

using nlohmann::json;

// An excerpt of what was given instead of what was expected.
std::string Shown(const json& value) {
  constexpr size_t kMost = 40;
  if (value.is_structured()) return value.is_array() ? "an array" : "an object";
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > kMost) text = absl::StrCat(text.substr(0, kMost), "...");
  return text;
}

// Whether it has the form of one; its text may be none all the same.
bool IsBase64(const json& value) {
  return value.is_object() && value.size() == 1 && value.contains("base64") &&
         value["base64"].is_string();
}

}  // namespace

std::optional<std::string> BytesOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string bytes;
  if (!IsBase64(value) ||
      !absl::Base64Unescape(value["base64"].get_ref<const std::string&>(), &bytes)) {
    return std::nullopt;
  }
  return bytes;
}

void JsonReader::Leave() {
  at_.pop_back();
  path_.pop_back();
}

std::string JsonReader::Subject() const {
  if (path_.empty()) return std::string(words_.value);
  std::string path;
  for (const std::string& name : path_) {
    absl::StrAppend(&path, path.empty() || name[0] == '[' ? "" : ".", name);
  }
  return absl::StrCat(words_.field, " \"", path, "\"");
}

void JsonReader::Fail(absl::Status status) { status_.Update(std::move(status)); }

void JsonReader::Expected(absl::string_view what) {
  Reject(absl::StrCat("expected ", what, ", not ", Shown(here())));
}

void JsonReader::Reject(absl::string_view why) {
  Fail(absl::InvalidArgumentError(absl::StrCat(Subject(), ": ", why)));
}

void JsonReader::BeginStruct() {
  if (!here().is_object()) Expected("an object");
  known_.emplace_back();
}

void JsonReader::EndStruct() {
  const auto [known, missing] = std::move(known_.back());
  known_.pop_back();
  if (!status_.ok() || !here().is_object()) return;
  for (const auto& [name, value] : here().items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string hint = known.empty() ? "" : DidYouMean(name, known);
    return Fail(absl::InvalidArgumentError(
        absl::StrCat(Subject(), " has no ", words_.field, " \"", name, "\"",
                     !hint.empty()   ? hint
                     : known.empty() ? "; it has none"
                                     : absl::StrCat("; it has ", absl::StrJoin(known, ", ")))));
  }
  // Only now: a field that seems to be missing may be misspelt.
  if (missing.empty()) return;
  path_.push_back(missing);
  Reject("it is missing, and has no default");
  path_.pop_back();
}

bool JsonReader::BeginField(absl::string_view name, const FieldOptions& options) {
  known_.back().names.emplace_back(name);
  if (!here().is_object()) return false;
  const auto it = here().find(std::string(name));
  if (it != here().end()) {
    at_.push_back(&*it);
    path_.emplace_back(name);
    return true;
  }
  if (options.required && known_.back().missing.empty()) known_.back().missing = std::string(name);
  return false;
}

size_t JsonReader::BeginList(size_t size) {
  if (here().is_array()) return here().size();
  Expected("an array");
  return size;
}

void JsonReader::BeginElement(size_t index) {
  // Not an array: the elements that were there are read from what it is, and the first error told.
  at_.push_back(here().is_array() ? &here()[index] : &here());
  path_.push_back(absl::StrCat("[", index, "]"));
}

void JsonReader::VisitBool(bool& value) {
  if (!here().is_boolean()) return Expected("true or false");
  value = here().get<bool>();
}

void JsonReader::VisitInt(int64_t& value, int64_t least, int64_t most) {
  if (!here().is_number_integer()) return Expected("an integer");
  // Above what int64_t holds, JSON's integers are unsigned.
  const bool huge =
      here().is_number_unsigned() &&
      here().get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  const int64_t number = huge ? most : here().get<int64_t>();
  if (huge || number < least || number > most) {
    return Reject(absl::StrCat(Shown(here()), " is not within ", least, " and ", most));
  }
  value = number;
}

void JsonReader::VisitUint(uint64_t& value, uint64_t most) {
  if (!here().is_number_integer()) return Expected("an integer");
  if (!here().is_number_unsigned() && here().get<int64_t>() < 0) {
    return Reject(absl::StrCat(Shown(here()), " is negative"));
  }
  const uint64_t number = here().get<uint64_t>();
  if (number > most) return Reject(absl::StrCat(Shown(here()), " is more than ", most));
  value = number;
}

void JsonReader::VisitDouble(double& value) {
  double parsed = 0;
  if (here().is_number()) {
    value = here().get<double>();
  } else if (here().is_string() &&
             absl::SimpleAtod(here().get_ref<const std::string&>(), &parsed)) {
    value = parsed;
  } else {
    Expected("a number");
  }
}

void JsonReader::VisitString(std::string& value) {
  std::optional<std::string> bytes = BytesOf(here());
  if (bytes.has_value()) {
    value = *std::move(bytes);
  } else if (IsBase64(here())) {
    Reject("it is no base64");
  } else {
    Expected("a string, or {\"base64\": \"...\"}");
  }
}

void JsonReader::VisitDuration(absl::Duration& value) {
  absl::Duration duration;
  if (!here().is_string() ||
      !absl::ParseDuration(here().get_ref<const std::string&>(), &duration)) {
    return Expected("a duration like \"1.5s\"");
  }
  value = duration;
}

void JsonReader::VisitTime(absl::Time& value) {
  absl::Time time;
  std::string error;
  if (!here().is_string() ||
      !absl::ParseTime(absl::RFC3339_full, here().get_ref<const std::string&>(), &time, &error)) {
    return Expected("a time like \"2026-01-31T12:00:00Z\"");
  }
  value = time;
}

void JsonReader::VisitEnum(int64_t& value, absl::Span<const internal::NamedValue> names) {
  std::vector<std::string> known;
  for (const internal::NamedValue& each : names) {
    known.emplace_back(each.name);
    if (!here().is_string() || here().get_ref<const std::string&>() != each.name) continue;
    value = each.value;
    return;
  }
  const std::string hint =
      here().is_string() ? DidYouMean(here().get_ref<const std::string&>(), known) : "";
  Reject(
      absl::StrCat("expected one of ", absl::StrJoin(known, ", "), ", not ", Shown(here()), hint));
}

void JsonReader::VisitLive(absl::string_view type, absl::FunctionRef<std::shared_ptr<Resource>()>) {
  Reject(absl::StrCat("a ", type, " cannot be written down"));
}

void JsonReader::VisitReference(absl::string_view type, std::shared_ptr<Resource>& resource) {
  if (!here().is_string()) return Expected(absl::StrCat("the id of a ", type));
  absl::StatusOr<std::shared_ptr<Resource>> found =
      resources_.Find(here().get_ref<const std::string&>(), type);
  if (!found.ok()) {
    absl::Status status(found.status().code(),
                        absl::StrCat(Subject(), ": ", found.status().message()));
    return absl::IsNotFound(status) ? not_found_.Update(status) : Fail(std::move(status));
  }
  resource = *std::move(found);
}

}  // namespace rondo
