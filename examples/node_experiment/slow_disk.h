// A task kind of the experiment's own, and the plugin that brings it.
#ifndef RONDO_EXAMPLES_NODE_EXPERIMENT_SLOW_DISK_H_
#define RONDO_EXAMPLES_NODE_EXPERIMENT_SLOW_DISK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "examples/node_experiment/journal.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/task_context.h"

namespace rondo::experiment {

// Reads a whole file as a slow disk would, and says in the journal how far it is: so one can see
// two of them at work at the same time, on two threads.
// Errors: those of open(2) and read(2).
struct ReadSlowly {
  static constexpr absl::string_view kKind = "experiment.read_slowly";
  using Result = std::string;
  std::string name;  // In the journal.
  std::string path;
  absl::Duration pause;  // Before each KiB.
};

class SlowDiskPlugin final : public Plugin {
 public:
  // `journal` outlives the plugin.
  explicit SlowDiskPlugin(Journal& journal) : journal_(journal) {}

  PluginInfo info() const override { return {.name = "experiment", .summary = "a slow disk"}; }
  absl::Status Register(Registrar& registrar) override;

 private:
  // On a worker.
  absl::StatusOr<std::string> Read(const ReadSlowly& request, const TaskContext& context) const;

  Journal& journal_;
};

}  // namespace rondo::experiment

#endif  // RONDO_EXAMPLES_NODE_EXPERIMENT_SLOW_DISK_H_
