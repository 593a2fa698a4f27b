#include "runtime/cli/kind_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace rondo::cli {
namespace {

using nlohmann::json;
using Form = ValueType::Form;

absl::string_view Place(RunsOn runs_on) { return runs_on == RunsOn::kPool ? "pool" : "loop"; }

std::string Limit(int64_t limit) {
  return limit == KindOptions::kUnlimited ? "unlimited" : absl::StrCat(limit);
}

// "path, [max_bytes]", as `rondo call` takes them.
std::string Signature(const KindInfo& kind) {
  if (!kind.can_be_called()) return "(only from code)";
  return absl::StrJoin(kind.request->fields, " ", [](std::string* out, const ValueField& field) {
    absl::StrAppend(out, field.required ? field.name : absl::StrCat("[", field.name, "]"));
  });
}

void AddFields(const ValueType& type, const json& defaults, const std::string& prefix,
               const Console& console, std::string& text) {
  for (const ValueField& field : type.fields) {
    const json none;
    const json& value =
        defaults.is_object() && defaults.contains(field.name) ? defaults[field.name] : none;
    const std::string name = absl::StrCat(prefix, field.name);
    if (field.type.form == Form::kStruct) {
      AddFields(field.type, value, absl::StrCat(name, "."), console, text);
      continue;
    }
    std::string rest = field.required ? "required" : "";
    if (!field.required && !value.is_null()) {
      rest = absl::StrCat("default ", value.dump(-1, ' ', false, json::error_handler_t::replace));
    }
    if (!field.help.empty()) absl::StrAppend(&rest, rest.empty() ? "" : "; ", field.help);
    absl::StrAppendFormat(&text, "  %-24s %-16s %s\n", name, field.type.ToString(),
                          console.Dim(rest));
  }
}

}  // namespace

std::string KindLines(const std::vector<KindInfo>& kinds, const Console& console) {
  size_t width = 0;
  for (const KindInfo& kind : kinds) width = std::max(width, kind.name.size());
  std::string text;
  for (const KindInfo& kind : kinds) {
    absl::StrAppend(&text, console.Bold(kind.name), std::string(width - kind.name.size() + 2, ' '),
                    Place(kind.runs_on), "  ", console.Dim(Signature(kind)), "\n");
  }
  return text;
}

std::string FieldLines(const ValueType& type, const json& defaults, const Console& console) {
  std::string text;
  AddFields(type, defaults, "", console, text);
  return text;
}

std::string KindText(const KindInfo& kind, const Console& console) {
  std::string text =
      absl::StrCat(console.Bold(kind.name), "\n  plugin ", kind.plugin, ", runs on the ",
                   Place(kind.runs_on), "\n  at once ", Limit(kind.limits.max_concurrency),
                   ", waiting ", Limit(kind.limits.max_queue), "\n");
  if (!kind.request.has_value()) {
    absl::StrAppend(&text, "request: only from code\n");
  } else if (kind.request->fields.empty()) {
    absl::StrAppend(&text, "request: no fields\n");
  } else {
    absl::StrAppend(&text, "request:\n", FieldLines(*kind.request, kind.defaults, console));
  }
  if (!kind.result.has_value()) {
    absl::StrAppend(&text, "result: only in code\n");
  } else if (kind.result->form == Form::kStruct) {
    absl::StrAppend(&text, "result:\n", FieldLines(*kind.result, json(), console));
  } else {
    absl::StrAppend(&text, "result: ", kind.result->ToString(), "\n");
  }
  return text;
}

json TypeJson(const ValueType& type) {
  json out = {{"type", type.ToString()}};
  if (type.form == Form::kStruct) {
    out["type"] = "struct";
    out["fields"] = json::array();
    for (const ValueField& field : type.fields) {
      json each = TypeJson(field.type);
      each["name"] = field.name;
      each["required"] = field.required;
      if (!field.help.empty()) each["help"] = field.help;
      out["fields"].push_back(std::move(each));
    }
  } else if (type.form == Form::kList) {
    out["type"] = "list";
    out["element"] = TypeJson(type.element[0]);
  } else if (type.form == Form::kEnum) {
    out["type"] = "enum";
    out["names"] = type.names;
  } else if (type.form != Form::kNothing) {
    out["type"] = type.name;
  }
  if (type.optional) out["optional"] = true;
  return out;
}

json KindJson(const KindInfo& kind) {
  json out = {{"name", kind.name},
              {"plugin", kind.plugin},
              {"runs_on", Place(kind.runs_on)},
              {"can_be_called", kind.can_be_called()},
              {"max_concurrency", nullptr},
              {"max_queue", nullptr},
              {"request", nullptr},
              {"result", nullptr},
              {"defaults", kind.defaults}};
  if (kind.limits.max_concurrency != KindOptions::kUnlimited) {
    out["max_concurrency"] = kind.limits.max_concurrency;
  }
  if (kind.limits.max_queue != KindOptions::kUnlimited) out["max_queue"] = kind.limits.max_queue;
  if (kind.request.has_value()) out["request"] = TypeJson(*kind.request);
  if (kind.result.has_value()) out["result"] = TypeJson(*kind.result);
  return out;
}

}  // namespace rondo::cli
