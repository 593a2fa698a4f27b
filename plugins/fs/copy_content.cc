#include "plugins/fs/copy_content.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace rondo::fs::internal {
namespace {

// How much is copied between two questions to `stopped`.
constexpr int64_t kPieceBytes = int64_t{8} << 20;
constexpr size_t kBufferBytes = size_t{256} << 10;

// What one step did: bytes, 0 at the end of the source, or -1 and errno.
class Copier {
 public:
  Copier(int from, int to) : from_(from), to_(to) {}

  int64_t Copy(int64_t offset, int64_t size) {
    if (by_kernel_) {
      loff_t in = offset;
      loff_t out = offset;
      const ssize_t done =
          copy_file_range(from_, &in, to_, &out, static_cast<size_t>(size), /*flags=*/0);
      if (done > 0 || !Unable(done)) return done;
      by_kernel_ = false;
    }
    return ThroughBuffer(offset, size);
  }

 private:
  // The files of /proc and the like have content that the kernel does not copy: it says 0 then.
  static bool Unable(ssize_t done) {
    return done == 0 || errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP ||
           errno == ENOSYS || errno == EPERM;
  }

  int64_t ThroughBuffer(int64_t offset, int64_t size) {
    buffer_.resize(kBufferBytes);
    const size_t most = std::min(buffer_.size(), static_cast<size_t>(size));
    const ssize_t count = pread(from_, buffer_.data(), most, offset);
    for (ssize_t done = 0; done < count;) {
      const ssize_t written =
          pwrite(to_, buffer_.data() + done, static_cast<size_t>(count - done), offset + done);
      if (written < 0) return -1;
      done += written;
    }
    return count;
  }

  const int from_;
  const int to_;
  bool by_kernel_ = true;
  std::string buffer_;
};

// Finds the next piece of data at or after `offset`: from there to `end`. False when only a hole is
// left, or nothing; `offset` is the file's end then, but not behind `size`. Where a file system
// does not know holes, all is data.
bool FindData(int fd, int64_t size, int64_t& offset, int64_t& end) {
  const off_t data = lseek(fd, offset, SEEK_DATA);
  end = size;
  if (data < 0) {
    if (errno != ENXIO) return true;
    struct stat info;  // Somebody may have cut it off.
    if (fstat(fd, &info) == 0) size = std::min<int64_t>(size, info.st_size);
    offset = std::max(offset, size);
    return false;
  }
  offset = std::min<int64_t>(data, size);
  const off_t hole = lseek(fd, offset, SEEK_HOLE);
  if (hole >= 0) end = std::min<int64_t>(hole, size);
  return true;
}

int CopyData(int from, int to, int64_t size, int64_t& copied, StopRequested stopped) {
  Copier copier(from, to);
  int64_t end = 0;
  while (copied < size) {
    if (copied >= end) {
      if (!FindData(from, size, copied, end)) break;
      continue;
    }
    if (stopped()) return ECANCELED;
    const int64_t done = copier.Copy(copied, std::min(end - copied, kPieceBytes));
    if (done < 0) return errno;
    if (done == 0) break;  // Somebody has cut the source off.
    copied += done;
  }
  return 0;
}

// Files that say that they have no size have content all the same, in /proc.
int CopyOfUnknownSize(int from, int to, int64_t& copied, StopRequested stopped) {
  Copier copier(from, to);
  for (;;) {
    if (stopped()) return ECANCELED;
    const int64_t done = copier.Copy(copied, kPieceBytes);
    if (done < 0) return errno;
    if (done == 0) return 0;
    copied += done;
  }
}

}  // namespace

int CopyContent(int from, int to, int64_t& copied, StopRequested stopped) {
  copied = 0;
  struct stat info;
  if (fstat(from, &info) < 0) return errno;
  if (info.st_size == 0) return CopyOfUnknownSize(from, to, copied, stopped);
  if (stopped()) return ECANCELED;
  if (ioctl(to, FICLONE, from) == 0) {
    if (fstat(to, &info) < 0) return errno;
    copied = info.st_size;
    return 0;
  }
  if (const int error = CopyData(from, to, info.st_size, copied, stopped); error != 0) return error;
  // A hole at the end was not written.
  return ftruncate(to, copied) < 0 ? errno : 0;
}

}  // namespace rondo::fs::internal
