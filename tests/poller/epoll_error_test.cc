#include "poller/epoll_error.h"

#include <cerrno>

#include "gtest/gtest.h"

namespace rondo {
namespace {

TEST(EpollError, HasTheOperationTheFdAndTheErrno) {
  EXPECT_EQ(EpollCtlError(EEXIST, "add", 42),
            absl::AlreadyExistsError("epoll_ctl add fd 42: File exists"));
}

TEST(EpollError, E9_ABadFdIsAnInvalidArgument) {
  for (const int error : {EBADF, EINVAL, ELOOP}) {
    EXPECT_TRUE(absl::IsInvalidArgument(EpollCtlError(error, "modify", 1))) << error;
  }
}

TEST(EpollError, E10_AFileThatIsAlwaysReadyIsForTheFsPlugin) {
  const absl::Status status = EpollCtlError(EPERM, "add", 3);
  EXPECT_EQ(status, absl::FailedPreconditionError(
                        "epoll_ctl add fd 3: Operation not permitted: regular files and "
                        "directories are always ready; use the fs plugin"));
}

TEST(EpollError, LimitsAreResourceExhausted) {
  for (const int error : {ENOSPC, ENOMEM, EMFILE, ENFILE}) {
    EXPECT_TRUE(absl::IsResourceExhausted(EpollCtlError(error, "add", 1))) << error;
  }
}

TEST(EpollError, AnFdThatWasClosedMeanwhileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(EpollCtlError(ENOENT, "modify", 1)));
}

}  // namespace
}  // namespace rondo
