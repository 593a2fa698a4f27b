#include <cmath>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "runtime/json_fields.h"
#include "runtime/utf8.h"

namespace rondo {

bool JsonWriter::BeginField(absl::string_view name, const FieldOptions&) {
  at_.push_back(&here()[std::string(name)]);
  return true;
}

size_t JsonWriter::BeginList(size_t size) {
  here() = nlohmann::json::array();
  // All at once: pointers to elements must stay.
  here().get_ref<nlohmann::json::array_t&>().resize(size);
  return size;
}

void JsonWriter::BeginElement(size_t index) { at_.push_back(&here()[index]); }

bool JsonWriter::BeginOptional(bool present) {
  if (!present) here() = nullptr;
  return present;
}

void JsonWriter::VisitDouble(double& value) {
  // JSON has no infinity.
  if (std::isfinite(value)) {
    here() = value;
  } else {
    here() = absl::StrCat(value);
  }
}

void JsonWriter::VisitString(std::string& value) {
  if (internal::IsUtf8(value)) {
    here() = value;
  } else {
    here() = {{"base64", absl::Base64Escape(value)}};
  }
}

void JsonWriter::VisitDuration(absl::Duration& value) { here() = absl::FormatDuration(value); }

void JsonWriter::VisitTime(absl::Time& value) {
  here() = absl::FormatTime(absl::RFC3339_full, value, absl::UTCTimeZone());
}

void JsonWriter::VisitEnum(int64_t& value, absl::Span<const internal::NamedValue> names) {
  for (const internal::NamedValue& each : names) {
    if (each.value == value) {
      here() = std::string(each.name);
      return;
    }
  }
  here() = value;  // One without a name.
}

void JsonWriter::VisitLive(absl::string_view, absl::FunctionRef<std::shared_ptr<Resource>()> take) {
  live_.push_back(resources_.Add(take()));
  here() = live_.back();
}

void JsonWriter::CloseLive() {
  for (const std::string& id : live_) resources_.Close(id).IgnoreError();
  live_.clear();
}

// A reference is given, never returned.
void JsonWriter::VisitReference(absl::string_view, std::shared_ptr<Resource>&) { here() = nullptr; }

}  // namespace rondo
