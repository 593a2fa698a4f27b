// The least of plugins; with CALL defined, one that calls a function which no program has.
#include <memory>

#include "absl/status/status.h"
#include "runtime/plugin_entry.h"
#include "tests/runtime/loading/linked_plugins.h"

namespace rondo::sample {

#ifdef CALL
int CALL(int);
#endif

class OtherPlugin final : public Plugin {
 public:
  PluginInfo info() const override { return {.name = "other", .summary = "another one"}; }
  absl::Status Register(Registrar&) override {
#ifdef CALL
    if (CALL(1) == 2) return absl::UnknownError("two");
#endif
    return absl::OkStatus();
  }
};

RONDO_PLUGIN(OtherPlugin);

std::unique_ptr<Plugin> MakeOther() { return std::make_unique<OtherPlugin>(); }

}  // namespace rondo::sample
