#include "examples/node_experiment/slow_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace rondo::experiment {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

absl::Status PathError(int error, absl::string_view operation, absl::string_view path) {
  return absl::ErrnoToStatus(error,
                             absl::StrCat(operation, " \"", absl::Utf8SafeCEscape(path), "\""));
}

}  // namespace

absl::Status SlowDiskPlugin::Register(Registrar& registrar) {
  registrar.OnPool<ReadSlowly>(
      [this](const ReadSlowly& request, TaskContext& context) { return Read(request, context); });
  return absl::OkStatus();
}

absl::StatusOr<std::string> SlowDiskPlugin::Read(const ReadSlowly& request,
                                                 const TaskContext& context) const {
  // "r" would wait for the other end of a FIFO, and a worker that waits can't be cancelled.
  const int fd = open(request.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return PathError(errno, "open", request.path);
  const std::unique_ptr<std::FILE, CloseFile> file(fdopen(fd, "r"));
  if (file == nullptr) {
    const int error = errno;
    close(fd);
    return PathError(error, "open", request.path);
  }
  struct stat about;
  if (fstat(fd, &about) < 0) return PathError(errno, "fstat", request.path);
  if (!S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat("read \"", absl::Utf8SafeCEscape(request.path),
                                                   "\": it is not a regular file"));
  }
  std::string text;
  char kilobyte[1024];
  size_t count;
  do {
    absl::SleepFor(request.pause);
    count = std::fread(kilobyte, 1, sizeof kilobyte, file.get());
    if (std::ferror(file.get())) return PathError(errno, "read", request.path);
    text.append(kilobyte, count);
    journal_.Write(request.name, ": ", text.size(), " bytes so far");
  } while (count == sizeof kilobyte && !context.stop_requested());
  return text;
}

}  // namespace rondo::experiment
