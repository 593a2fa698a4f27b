#include "runtime/conformance/objects.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rondo::conformance {
namespace {

using nlohmann::json;

constexpr char kResultOf[] = "result_of";

// Whether `value` is {"result_of": {KIND: REQUEST}}.
bool IsResultOf(const json& value) {
  if (!value.is_object() || value.size() != 1 || !value.contains(kResultOf)) return false;
  const json& call = value[kResultOf];
  return call.is_object() && call.size() == 1;
}

json Result(Runtime& runtime, const std::string& kind, const json& request) {
  absl::StatusOr<json> result = absl::UnknownError("");
  bool told = false;
  runtime.Call(kind, request,
               [&](absl::StatusOr<json> outcome) {
                 result = std::move(outcome);
                 told = true;
               },
               {.timeout = absl::Seconds(10)});
  while (!told) EXPECT_TRUE(runtime.RunOnce(absl::InfiniteDuration()).ok());
  EXPECT_TRUE(result.ok()) << "result_of " << kind << ": " << result.status();
  return result.value_or(json());
}

}  // namespace

json WithObjects(Runtime& runtime, json request) {
  if (IsResultOf(request)) {
    const auto call = request[kResultOf].begin();
    return Result(runtime, call.key(), WithObjects(runtime, call.value()));
  }
  if (request.is_structured()) {
    for (json& part : request) part = WithObjects(runtime, std::move(part));
  }
  return request;
}

bool LacksObject(const ValueType& type, const json& request) {
  if (type.form == ValueType::Form::kResource) return !IsResultOf(request);
  for (const ValueField& field : type.fields) {
    const bool given = request.is_object() && request.contains(field.name);
    if (!given && !field.required) continue;
    if (LacksObject(field.type, given ? request[field.name] : json())) return true;
  }
  return false;
}

}  // namespace rondo::conformance
