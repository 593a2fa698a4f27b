#include "plugins/fs/fs_plugin.h"

#include "plugins/fs/bodies.h"
#include "plugins/fs/fs.h"
#include "runtime/task_context.h"

namespace rondo::fs {

PluginInfo FsPlugin::info() const { return {.name = "fs", .summary = "files and directories"}; }

absl::Status FsPlugin::Register(Registrar& registrar) {
  registrar.OnPool<ReadFile>([](const ReadFile& request, TaskContext& context) {
    return internal::ReadWholeFile(request, [&] { return context.stop_requested(); });
  });
  registrar.OnPool<WriteFile>([](const WriteFile& request, TaskContext& context) {
    return internal::WriteWholeFile(request, [&] { return context.stop_requested(); });
  });
  registrar.OnPool<Stat>(
      [](const Stat& request, TaskContext&) { return internal::LookUp(request); });
  return absl::OkStatus();
}

}  // namespace rondo::fs
