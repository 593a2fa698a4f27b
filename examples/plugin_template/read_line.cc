#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bodies.h"
#include "runtime/fd_handle.h"
#include "runtime/runtime.h"

namespace words {
namespace {

// One ReadLine under way: watches the pipe until the line is there, nobody waits for it any more,
// or it cannot come. Then it completes the task and deletes itself.
class LineReader {
 public:
  static void Start(int fd, ReadLine request, int64_t max_bytes,
                    rondo::Completion<std::string> done) {
    auto* reader = new LineReader(fd, std::move(request), max_bytes, std::move(done));
    reader->done_.OnCancel([reader] { reader->End(absl::CancelledError("nobody waits for it")); });
    const absl::Status status = reader->pipe_.Start(rondo::Readiness::kReadable,
                                                    [reader](rondo::Readiness) { reader->Read(); });
    if (!status.ok()) reader->End(status);
  }

 private:
  LineReader(int fd, ReadLine request, int64_t max_bytes, rondo::Completion<std::string> done)
      : request_(std::move(request)),
        max_bytes_(max_bytes),
        done_(std::move(done)),
        // Owns the descriptor, and stands in DumpActive under this name.
        pipe_(done_.runtime().loop(), fd, absl::StrCat("pipe ", request_.path)) {}

  // A descriptor is told ready once for each change, so it is read until there is no more. Byte by
  // byte, as what follows the line is for the next one who reads.
  void Read() {
    char c;
    ssize_t n;
    while ((n = ::read(pipe_.fd(), &c, 1)) == 1) {
      if (c == '\n') return End(std::move(line_));
      if (static_cast<int64_t>(line_.size()) == max_bytes_) {
        return End(absl::ResourceExhaustedError(absl::StrCat(
            "read a line from \"", request_.path, "\": longer than ", max_bytes_, " bytes")));
      }
      line_.push_back(c);
    }
    if (n < 0 && errno == EINTR) return Read();
    if (n < 0 && errno == EAGAIN) return;
    End(absl::ErrnoToStatus(n < 0 ? errno : EPIPE,
                            absl::StrCat("read from \"", request_.path, "\"")));
  }

  void End(absl::StatusOr<std::string> line) {
    done_.Complete(std::move(line));
    delete this;
  }

  const ReadLine request_;
  const int64_t max_bytes_;
  rondo::Completion<std::string> done_;
  rondo::FdHandle pipe_;
  std::string line_;
};

}  // namespace

void StartReadLine(ReadLine request, int64_t max_bytes, rondo::Completion<std::string> done) {
  const std::string what = absl::StrCat("open \"", request.path, "\"");
  // For writing as well, so that writers may come and go. Without O_NONBLOCK it would wait for one.
  const int fd = ::open(request.path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return done.Complete(absl::ErrnoToStatus(errno, what));
  struct stat file;
  if (::fstat(fd, &file) != 0 || !S_ISFIFO(file.st_mode)) {
    ::close(fd);
    return done.Complete(absl::InvalidArgumentError(absl::StrCat(what, ": not a named pipe")));
  }
  LineReader::Start(fd, std::move(request), max_bytes, std::move(done));
}

}  // namespace words
