// Task kinds as people and as programs read them.
#ifndef RONDO_RUNTIME_CLI_KIND_TEXT_H_
#define RONDO_RUNTIME_CLI_KIND_TEXT_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "runtime/cli/console.h"
#include "runtime/kind_info.h"
#include "runtime/value_type.h"

namespace rondo::cli {

// A line for each.
std::string KindLines(const std::vector<KindInfo>& kinds, const Console& console);

// All that is known of one.
std::string KindText(const KindInfo& kind, const Console& console);

// The fields of a struct, a line for each: name, type, default, help.
std::string FieldLines(const ValueType& type, const nlohmann::json& defaults,
                       const Console& console);

nlohmann::json TypeJson(const ValueType& type);
nlohmann::json KindJson(const KindInfo& kind);

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_KIND_TEXT_H_
