#include "runtime/plugin_library.h"

#include <dlfcn.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "runtime/elf_note.h"
#include "runtime/guarded_call.h"
#include "runtime/plugin_abi.h"
#include "runtime/plugin_file.h"

namespace rondo {
namespace {

absl::StatusOr<std::string> ReadAbi(const internal::PluginFile& file) {
  absl::StatusOr<std::string> content = file.Read();
  if (!content.ok()) return content.status();
  absl::StatusOr<absl::string_view> note =
      internal::FindElfNote(*content, internal::kAbiNoteOwner, internal::kAbiNoteType);
  if (!note.ok()) return note.status();
  return std::string(absl::StripSuffix(*note, absl::string_view("\0", 1)));
}

absl::Status InContext(absl::string_view path, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("load plugin \"", path, "\": ", status.message()));
}

// Maps the file, unless it is mapped already.
absl::StatusOr<void*> Map(const std::string& path) {
  absl::StatusOr<internal::PluginFile> file = internal::PluginFile::Open(path);
  if (!file.ok()) return file.status();
  if (void* const handle = internal::FindMapped(file->version())) return handle;
  absl::StatusOr<std::string> abi = ReadAbi(*file);
  if (!abi.ok()) return abi.status();
  if (absl::Status status = CheckPluginAbi(*abi); !status.ok()) return status;
  return internal::MapFile(path, file->version());
}

}  // namespace

absl::string_view HostPluginAbi() {
  static constexpr auto kAbi = internal::MakeAbi();
  return absl::string_view(kAbi.data(), kAbi.size() - 1);
}

absl::Status CheckPluginAbi(absl::string_view abi) {
  if (abi == HostPluginAbi()) return absl::OkStatus();
  const std::vector<absl::string_view> theirs = absl::StrSplit(abi, ' ');
  const std::vector<absl::string_view> ours = absl::StrSplit(HostPluginAbi(), ' ');
  std::string differences;
  if (theirs.size() != ours.size()) {
    // Of another Rondo.
    differences = absl::StrCat("it has \"", absl::CHexEscape(abi), "\", this program \"",
                               HostPluginAbi(), "\"; ");
  } else {
    for (size_t i = 0; i < ours.size(); ++i) {
      if (theirs[i] == ours[i]) continue;
      absl::StrAppend(&differences, "it has ", absl::CHexEscape(theirs[i]), ", this program ",
                      ours[i], "; ");
    }
  }
  return absl::FailedPreconditionError(
      absl::StrCat("built for another ABI: ", differences,
                   "build it with this program's Rondo, compiler and flags"));
}

absl::StatusOr<std::string> ReadPluginAbi(const std::string& path) {
  absl::StatusOr<internal::PluginFile> file = internal::PluginFile::Open(path);
  if (!file.ok()) return InContext(path, file.status());
  absl::StatusOr<std::string> abi = ReadAbi(*file);
  if (!abi.ok()) return InContext(path, abi.status());
  return abi;
}

absl::StatusOr<PluginLibrary> PluginLibrary::Load(const std::string& path) {
  absl::StatusOr<void*> handle = Map(path);
  if (!handle.ok()) return InContext(path, handle.status());
  void* const maker = ::dlsym(*handle, "rondo_make_plugin");
  if (maker == nullptr) {
    return InContext(path, absl::FailedPreconditionError(
                               "it has a plugin's note, but no function rondo_make_plugin; write "
                               "RONDO_PLUGIN outside unnamed namespaces, and link all of it"));
  }
  return PluginLibrary(path, reinterpret_cast<Maker*>(maker));
}

absl::StatusOr<std::unique_ptr<Plugin>> PluginLibrary::MakePlugin() const {
  absl::StatusOr<std::unique_ptr<Plugin>> plugin =
      internal::GuardedCall([&]() -> absl::StatusOr<std::unique_ptr<Plugin>> {
        return std::unique_ptr<Plugin>(maker_());
      });
  if (plugin.ok()) return plugin;
  return InContext(path_,
                   absl::Status(plugin.status().code(),
                                absl::StrCat("its constructor: ", plugin.status().message())));
}

}  // namespace rondo
