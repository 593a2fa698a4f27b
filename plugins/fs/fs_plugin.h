// The plugin that brings files and directories.
#ifndef RONDO_PLUGINS_FS_FS_PLUGIN_H_
#define RONDO_PLUGINS_FS_FS_PLUGIN_H_

#include <memory>

#include "absl/status/status.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/task.h"

namespace rondo {

class Runtime;

namespace fs {

namespace internal {
class Lane;
}  // namespace internal

// Brings the kinds of plugins/fs/fs.h to a runtime. They run on the pool, and stop between two
// system calls when their caller does not wait any more.
//
// What waits for a disk, and what works through files and trees of any size, goes through one lane:
// syncs, atomic writes, copies, walks and the removal of trees have half of the workers, at least
// one, between them all. So however many of them there are and however slow the disk is, reads find
// a worker, given a pool of two or more.
//
//   auto runtime = Runtime::Builder().Add(std::make_unique<fs::FsPlugin>()).Build();
class FsPlugin final : public Plugin {
 public:
  FsPlugin();
  ~FsPlugin() override;

  PluginInfo info() const override;
  absl::Status Register(Registrar& registrar) override;
  absl::Status Start(Runtime& runtime) override;

 private:
  template <typename Request, typename Body>
  void OnPoolSlowly(Registrar& registrar, Body body);
  template <typename Request, typename Body>
  Task<absl::Status> RunMaybeSlowly(bool slowly, Body body, const Request& request);
  void RegisterPaths(Registrar& registrar);
  void RegisterTrees(Registrar& registrar);
  void RegisterFiles(Registrar& registrar);

  Runtime* runtime_ = nullptr;  // From Start on.
  std::unique_ptr<internal::Lane> slow_;
};

}  // namespace fs
}  // namespace rondo

#endif  // RONDO_PLUGINS_FS_FS_PLUGIN_H_
