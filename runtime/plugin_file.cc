#include "runtime/plugin_file.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/base/no_destructor.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"

namespace rondo::internal {
namespace {

FileVersion VersionOf(const struct stat& file) {
  return {.device = file.st_dev,
          .inode = file.st_ino,
          .size = file.st_size,
          .modified_seconds = file.st_mtim.tv_sec,
          .modified_nanos = file.st_mtim.tv_nsec};
}

// It is read into memory as a whole; far more than that is some other file.
constexpr int64_t kMostBytes = int64_t{1} << 30;

bool IsAt(const std::string& path, const FileVersion& version) {
  struct stat file;
  return ::stat(path.c_str(), &file) == 0 && VersionOf(file) == version;
}

// A symbol as it stands in the source.
std::string Demangled(const std::string& symbol) {
  int status = 0;
  char* const name = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  if (name == nullptr) return symbol;
  std::string result = name;
  std::free(name);
  return result;
}

// What dlopen("`name`") has to say: "NAME: undefined symbol: _Z1fv", or
// "libx.so.1: cannot open shared object file: No such file or directory".
absl::Status LinkError(absl::string_view name) {
  constexpr absl::string_view kUndefined = "undefined symbol: ";
  const std::string said = ::dlerror();
  absl::string_view error = said;
  absl::ConsumePrefix(&error, absl::StrCat(name, ": "));
  if (!absl::ConsumePrefix(&error, kUndefined)) return absl::FailedPreconditionError(error);
  const std::pair<std::string, absl::string_view> symbol =
      absl::StrSplit(error, absl::MaxSplits(absl::ByAnyChar(" ,\t\n"), 1));
  return absl::FailedPreconditionError(
      absl::StrCat(kUndefined, Demangled(symbol.first),
                   "; this program does not have it: add what defines it to the plugin's deps, or "
                   "to the program"));
}

absl::Status Changed() {
  return absl::AbortedError("the file changes while it is loaded; load it again");
}

// What this process has mapped. It stays mapped, so the list is the process's and not a runtime's;
// it completes the dynamic linker's own, which takes a file for one that it has mapped when either
// the path or the inode is the same.
class Mappings {
 public:
  static Mappings& Get() {
    static absl::NoDestructor<Mappings> mappings;
    return *mappings;
  }

  void* Find(const FileVersion& version) {
    absl::MutexLock lock(&mu_);
    return FindLocked(version);
  }

  absl::StatusOr<void*> Map(const std::string& path, const FileVersion& version) {
    absl::MutexLock lock(&mu_);
    if (void* const handle = FindLocked(version); handle != nullptr) return handle;
    if (!IsAt(path, version)) return Changed();
    // A spelling that the linker does not know, or it would not look what is there now.
    std::string name = path;
    while (IsKnown(name)) name.insert(name.rfind('/'), "/.");
    void* const handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) return LinkError(name);
    if (IsMapped(handle)) {
      mappings_.push_back({name, std::nullopt, handle});  // The linker knows this name now.
      return absl::FailedPreconditionError(
          "it was written to while this process had it mapped, and may crash now; start again, "
          "and exchange a plugin by renaming the new file over the old one");
    }
    const bool changed = !IsAt(path, version);
    mappings_.push_back({name, changed ? std::nullopt : std::optional(version), handle});
    if (changed) return Changed();
    return handle;
  }

 private:
  struct Mapping {
    std::string name;
    std::optional<FileVersion> version;  // None: it may be that of another file.
    void* handle;
  };

  void* FindLocked(const FileVersion& version) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (const Mapping& mapping : mappings_) {
      if (mapping.version == version) return mapping.handle;
    }
    return nullptr;
  }
  bool IsKnown(absl::string_view name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (const Mapping& mapping : mappings_) {
      if (mapping.name == name) return true;
    }
    return false;
  }
  bool IsMapped(void* handle) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (const Mapping& mapping : mappings_) {
      if (mapping.handle == handle) return true;
    }
    return false;
  }

  absl::Mutex mu_;
  std::vector<Mapping> mappings_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

absl::StatusOr<PluginFile> PluginFile::Open(const std::string& path) {
  // O_NONBLOCK, or a pipe would have us wait for its writer.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    const std::error_code error(errno, std::generic_category());
    return absl::Status(absl::ErrnoToStatusCode(error.value()), error.message());
  }
  PluginFile result(fd, {});
  struct stat file;
  if (::fstat(fd, &file) != 0) return absl::ErrnoToStatus(errno, "fstat");
  if (S_ISDIR(file.st_mode)) {
    return absl::InvalidArgumentError("a directory; name the .so file in it");
  }
  if (!S_ISREG(file.st_mode)) {
    return absl::InvalidArgumentError("no regular file; name the .so that rondo_plugin has built");
  }
  if (file.st_size > kMostBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a file of ", file.st_size, " bytes, and a plugin has no more than ",
                     kMostBytes, "; name the .so that rondo_plugin has built"));
  }
  result.version_ = VersionOf(file);
  return result;
}

PluginFile::~PluginFile() {
  if (fd_ >= 0) ::close(fd_);
}

absl::StatusOr<std::string> PluginFile::Read() const {
  std::string content(static_cast<size_t>(version_.size), '\0');
  size_t size = 0;
  while (size < content.size()) {
    const ssize_t n = ::pread(fd_, content.data() + size, content.size() - size, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::ErrnoToStatus(errno, "read");
    if (n == 0) break;  // It has shrunk since: what follows sees a file that is cut short.
    size += n;
  }
  content.resize(size);
  return content;
}

void* FindMapped(const FileVersion& version) { return Mappings::Get().Find(version); }

absl::StatusOr<void*> MapFile(const std::string& path, const FileVersion& version) {
  // Absolute, or the linker would look for a bare name in its own folders.
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return absl::Status(absl::ErrnoToStatusCode(error.value()), error.message());
  return Mappings::Get().Map(absolute.string(), version);
}

}  // namespace rondo::internal
