// What a plugin is.
#ifndef RONDO_RUNTIME_PLUGIN_H_
#define RONDO_RUNTIME_PLUGIN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "runtime/fields.h"
#include "runtime/plugin_info.h"
#include "runtime/registrar.h"

namespace rondo {

class Runtime;

// Brings task kinds to a runtime. Derive from it, one class a plugin.
//
// Everything is called on the loop thread (Register and Start before the loop first runs, when
// the plugin is given to Runtime::Builder). The runtime owns the plugin and outlives it. Plugins
// start in the order in which they were added and stop in reverse.
//
//   class FsPlugin final : public Plugin {
//    public:
//     PluginInfo info() const override { return {.name = "fs", .summary = "files"}; }
//     absl::Status Register(Registrar& registrar) override {
//       registrar.OnPool<ReadFile>(&ReadWholeFile);
//       return absl::OkStatus();
//     }
//   };
class Plugin {
 public:
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  virtual ~Plugin();

  virtual PluginInfo info() const = 0;

  // Describes what can be set from outside: fields of the plugin, which have their defaults.
  // ConfigurePlugin sets them, from a command line or a configuration file for one, before
  // Register is called; code gives them to the constructor. What no type says is checked in
  // Register or Start, which can fail.
  //
  //   void VisitOptions(FieldVisitor& visit) override {
  //     visit("max_connections", max_connections_, {.help = "at once"});
  //   }
  virtual void VisitOptions(FieldVisitor& visit);

  // Names the kinds. When it fails, the runtime is as it was before.
  virtual absl::Status Register(Registrar& registrar) = 0;

  // Acquires what the kinds share, before anybody can find them. When it fails, the plugin is
  // destroyed: it must not have posted anything that refers to it.
  virtual absl::Status Start(Runtime& runtime);

  // Releases it. By then nothing of the plugin's kinds runs any more. What the plugin has on the
  // loop, timers and watches, is gone when it is destroyed: debug builds check it.
  virtual void Stop();

  // What it holds at the moment, for a person who looks for the reason of something: a line for
  // each thing.
  virtual std::vector<std::string> Dump() const;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_PLUGIN_H_
