#include "runtime/conformance/sample_requests.h"

#include <utility>

namespace rondo::conformance {
namespace {

using nlohmann::json;
using Form = ValueType::Form;

json Sample(const ValueType& type, const json& given) {
  if (type.form == Form::kStruct && (given.is_null() || given.is_object())) {
    json value = given.is_null() ? json::object() : given;
    for (const ValueField& field : type.fields) {
      const bool is_given = value.contains(field.name);
      if (!is_given && !field.required) continue;
      json sample = Sample(field.type, is_given ? value[field.name] : json());
      value[field.name] = std::move(sample);
    }
    return value;
  }
  if (!given.is_null()) return given;
  switch (type.form) {
    case Form::kBool:
      return false;
    case Form::kInteger:
    case Form::kNumber:
      return 1;
    case Form::kBytes:
      return "conformance";
    case Form::kDuration:
      return "1ms";
    case Form::kTime:
      return "2026-01-31T12:00:00Z";
    case Form::kEnum:
      return type.names.empty() ? json() : json(type.names[0]);
    case Form::kList:
      return json::array();
    case Form::kResource:
      return type.name + "#0";  // None: the door refuses it.
    default:
      return nullptr;
  }
}

// Of a type that no field has.
json Wrong(const ValueType& type) {
  const bool is_list = type.form == Form::kList;
  return is_list ? json::object() : json::array({json::array()});
}

}  // namespace

json SampleRequest(const KindInfo& kind, const json& given) {
  if (!kind.request.has_value()) return json::object();
  return Sample(*kind.request, given);
}

std::vector<MalformedRequest> MalformedRequests(const KindInfo& kind, const json& good) {
  std::vector<MalformedRequest> all;
  for (json& value : std::vector<json>{nullptr, 7, "text", json::array(), true}) {
    all.push_back({std::move(value), ""});
  }
  json extra = good;
  extra["no_such_field"] = 1;
  all.push_back({std::move(extra), "no_such_field"});
  for (const ValueField& field : kind.request->fields) {
    json wrong = good;
    wrong[field.name] = Wrong(field.type);
    all.push_back({std::move(wrong), field.name});
    if (!field.required) continue;
    json missing = good;
    missing.erase(field.name);
    all.push_back({std::move(missing), field.name});
  }
  return all;
}

}  // namespace rondo::conformance
