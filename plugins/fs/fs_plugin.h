// The plugin that brings files and directories.
#ifndef RONDO_PLUGINS_FS_FS_PLUGIN_H_
#define RONDO_PLUGINS_FS_FS_PLUGIN_H_

#include "absl/status/status.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"

namespace rondo::fs {

// Brings the kinds of plugins/fs/fs.h to a runtime. They run on the pool, and stop between two
// system calls when their caller does not wait any more.
//
//   auto runtime = Runtime::Builder().Add(std::make_unique<fs::FsPlugin>()).Build();
class FsPlugin final : public Plugin {
 public:
  PluginInfo info() const override;
  absl::Status Register(Registrar& registrar) override;
};

}  // namespace rondo::fs

#endif  // RONDO_PLUGINS_FS_FS_PLUGIN_H_
