// A directory of its own for a test, and plain system calls to look at it from outside.
#ifndef RONDO_TESTS_PLUGINS_FS_SCRATCH_H_
#define RONDO_TESTS_PLUGINS_FS_SCRATCH_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace rondo::fs {

// Fails a test that leaves a descriptor open. Ignores SIGXFSZ and SIGPIPE, which workers block.
class Scratch : public testing::Test {
 protected:
  Scratch();
  ~Scratch() override;
  void TearDown() override;

  // Of a file in the directory.
  std::string Path(absl::string_view name) const;
  // Writes the file, in place.
  std::string Make(absl::string_view name, absl::string_view content) const;
  // What the file holds, or "(none)".
  std::string Content(absl::string_view name) const;
  // The names in the directory, sorted.
  std::vector<std::string> Names() const;

 private:
  const std::string directory_;
  const size_t fds_before_;
};

inline bool Never() { return false; }

// Whether every descriptor of this process that `path` names is close-on-exec, and there is one.
bool OpenAndCloseOnExec(const std::string& path);

// While it lives, this thread may do with files only what their modes allow an ordinary user.
class OrdinaryUser {
 public:
  OrdinaryUser();
  ~OrdinaryUser();

 private:
  unsigned effective_[2];
};

// While it lives, no file grows beyond `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(size_t bytes);
  ~FileSizeLimit();
};

// While it lives, this process has no more than `count` descriptors.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(unsigned long count);
  ~DescriptorLimit();

 private:
  unsigned long before_;
};

}  // namespace rondo::fs

#endif  // RONDO_TESTS_PLUGINS_FS_SCRATCH_H_
