#include "runtime/plugin_options.h"

#include "absl/strings/str_cat.h"
#include "runtime/fields.h"
#include "runtime/json_fields.h"

namespace rondo {
namespace {

// The options as a struct.
struct Options {
  Plugin* plugin = nullptr;
  void VisitFields(FieldVisitor& visit) { plugin->VisitOptions(visit); }
};

}  // namespace

absl::Status ConfigurePlugin(Plugin& plugin, const nlohmann::json& options) {
  const ResourceTable none;
  JsonReader reader(options, none, {.value = "it", .field = "option"});
  Options all = {.plugin = &plugin};
  reader.Value(all);
  if (reader.status().ok()) return absl::OkStatus();
  return absl::Status(reader.status().code(),
                      absl::StrCat("plugin ", plugin.info().name, ": ", reader.status().message()));
}

ValueType DescribeOptions(Plugin& plugin) {
  return DescribeValue([&plugin](FieldVisitor& visit) {
    Options all = {.plugin = &plugin};
    visit.Value(all);
  });
}

nlohmann::json GetOptions(Plugin& plugin) {
  ResourceTable none;
  JsonWriter writer(none);
  Options all = {.plugin = &plugin};
  writer.Value(all);
  return writer.Take();
}

}  // namespace rondo
