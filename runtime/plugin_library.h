// Plugins in shared objects.
#ifndef RONDO_RUNTIME_PLUGIN_LIBRARY_H_
#define RONDO_RUNTIME_PLUGIN_LIBRARY_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/plugin.h"

namespace rondo {

// The ABI that the plugin in this file was built with, as RONDO_PLUGIN has noted it; nothing of
// the file is run. Compare it with HostPluginAbi by CheckPluginAbi.
// Errors: those of PluginLibrary::Load for files that are no plugin.
absl::StatusOr<std::string> ReadPluginAbi(const std::string& path);

// The ABI of this program.
absl::string_view HostPluginAbi();

// Whether this program can load a plugin with that ABI.
// Errors: FAILED_PRECONDITION naming what differs, on both sides.
absl::Status CheckPluginAbi(absl::string_view abi);

// A plugin's shared object, mapped into this process.
//
// What Load promises:
// 1. No code of the file runs, not even a static initialiser, unless it is a plugin of this very
//    ABI and every symbol that it needs has been found.
// 2. What was checked is what is mapped. A file that changes while it is loaded, or is exchanged
//    for another, is ABORTED and nothing of it is called; only if it is exchanged in the very
//    moment between check and mapping have static initialisers of the other file run.
// 3. The same file, loaded again, is the same library. Another file in its place, a plugin that
//    was built again, is another library, and its code is the new code.
//
// It is a guard against accidents: a file that means harm can do it.
//
// A library stays mapped until the process ends, since what it has left behind in others (a
// VLOG site, for one) may point into it. So exchange a plugin by renaming the new file
// over the old one; to write into a file that is mapped changes code that runs.
//
// Thread safety: all of it. A value, which owns nothing.
//
//   absl::StatusOr<PluginLibrary> library = PluginLibrary::Load("text.so");
//   absl::StatusOr<std::unique_ptr<Plugin>> plugin = library->MakePlugin();
class PluginLibrary {
 public:
  // Errors, each in one line that begins `load plugin "PATH": `, names what is wrong and says what
  // to do: those of opening the file; INVALID_ARGUMENT for what is no plugin; DATA_LOSS for a file
  // that is cut short; FAILED_PRECONDITION for another ABI and for symbols or libraries that are
  // not found; ABORTED for a file that changes.
  static absl::StatusOr<PluginLibrary> Load(const std::string& path);

  // Makes a plugin of the class that RONDO_PLUGIN names; a new one each time.
  // Errors: INTERNAL when its constructor throws.
  absl::StatusOr<std::unique_ptr<Plugin>> MakePlugin() const;

  const std::string& path() const { return path_; }

 private:
  using Maker = Plugin*();

  PluginLibrary(std::string path, Maker* maker) : path_(std::move(path)), maker_(maker) {}

  std::string path_;
  Maker* maker_;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_PLUGIN_LIBRARY_H_
