#include "plugins/fs/file_control.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/bodies.h"
#include "tests/plugins/fs/scratch.h"

namespace {

// The syncs of this process, all of which fail with sync_error when it is not 0.
std::vector<std::string>* syncs = nullptr;
int sync_error = 0;

int Synced(const char* name) {
  if (syncs != nullptr) syncs->push_back(name);
  errno = sync_error;
  return sync_error == 0 ? 0 : -1;
}

}  // namespace

// In the place of the C library's.
extern "C" int fsync(int) { return Synced("fsync"); }
extern "C" int fdatasync(int) { return Synced("fdatasync"); }

namespace rondo::fs {
namespace {

using internal::AdviseOnFile;
using internal::SetSizeOfFile;
using internal::SyncOpenFile;
using testing::ElementsAre;

class FileControlTest : public Scratch {
 protected:
  static File Open(const std::string& path, const OpenFlags& flags) {
    return internal::OpenForUse({.path = path, .flags = flags}, Never).value();
  }
};

TEST_F(FileControlTest, SyncsAllOrTheDataOnly) {
  std::vector<std::string> log;
  syncs = &log;
  const File file = Open(Make("file", "x"), {.write = true});
  EXPECT_EQ(SyncOpenFile({.file = file}), absl::OkStatus());
  EXPECT_EQ(SyncOpenFile({.file = file, .data_only = true}), absl::OkStatus());
  sync_error = EIO;
  const absl::Status status = SyncOpenFile({.file = file});
  sync_error = 0;
  syncs = nullptr;
  EXPECT_EQ(status.message(), absl::StrCat("sync \"", Path("file"), "\": Input/output error"));
  EXPECT_THAT(log, ElementsAre("fsync", "fdatasync", "fsync"));
}

TEST_F(FileControlTest, Truncates) {
  const File file = Open(Make("file", "content"), {.write = true});
  EXPECT_EQ(SetSizeOfFile({.file = file, .size = 3}), absl::OkStatus());
  EXPECT_EQ(Content("file"), "con");
  EXPECT_EQ(SetSizeOfFile({.file = Open(Path("file"), {.read = true}), .size = 1}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SetSizeOfFile({.file = file, .size = -1}).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(FileControlTest, Advises) {
  const File file = Open(Make("file", "content"), {.read = true});
  for (const Advice advice : {Advice::kNormal, Advice::kSequential, Advice::kRandom,
                              Advice::kWillNeed, Advice::kDontNeed, Advice::kNoReuse}) {
    EXPECT_EQ(AdviseOnFile({.file = file, .advice = advice}), absl::OkStatus());
  }
  EXPECT_EQ(AdviseOnFile({.file = file, .offset = 0, .size = -1}).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FileControlTest, NotOfWhatIsNotOpen) {
  EXPECT_EQ(SyncOpenFile({}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(SetSizeOfFile({}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(AdviseOnFile({}).code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rondo::fs
