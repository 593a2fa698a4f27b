// What the poller makes of the kernel's events.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "poller/poller.h"
#include "poller/readiness.h"
#include "tests/poller/testing.h"

namespace rondo {
namespace {

constexpr Readiness kReadable = Readiness::kReadable;
constexpr Readiness kWritable = Readiness::kWritable;
constexpr int64_t kForever = -1;

class EpollPollerTest : public PollerTest {
 protected:
  void Add(Watcher& watcher, int fd, Readiness interest, Trigger trigger = Trigger::kEdge) {
    ASSERT_EQ(poller_->Add(watcher, fd, interest, trigger), absl::OkStatus());
  }
  void Wait(int64_t timeout_nanos) { ASSERT_EQ(poller_->Wait(timeout_nanos), absl::OkStatus()); }

  // What is ready now is told; returns to how many.
  int Look() {
    Wait(0);
    return Deliver(*poller_);
  }
};

// The example of poller.h.
TEST_F(EpollPollerTest, TellsAConsoleThatThereIsInput) {
  class Console final : public Watcher {
   public:
    void OnReady(Readiness) override { bytes_ += Drain(fd()); }
    int bytes() const { return bytes_; }

   private:
    int bytes_ = 0;
  };

  const SocketPair pair = MakeSocketPair();
  std::thread typist([&pair] { SendByte(pair.theirs.get()); });
  Console console;
  absl::Status status = poller_->Add(console, pair.ours.get());
  while (status.ok() && console.bytes() == 0) {
    status = poller_->Wait(kForever);
    Readiness ready;
    while (Watcher* watcher = poller_->TakeReady(ready)) watcher->OnReady(ready);
  }
  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_EQ(console.bytes(), 1);
  typist.join();
}

TEST_F(EpollPollerTest, TellsAtOnceWhatIsReadyAlready) {
  const SocketPair pair = MakeSocketPair();
  SendByte(pair.theirs.get());
  Recorder watcher;
  Add(watcher, pair.ours.get(), Poller::kAllInterest);
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(watcher.last(), kReadable | kWritable);
}

TEST_F(EpollPollerTest, AnEdgeIsToldOnceForEachChange) {
  const SocketPair pair = MakeSocketPair();
  Recorder watcher;
  Add(watcher, pair.ours.get(), kReadable);
  SendByte(pair.theirs.get());
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(Look(), 0) << "though nobody has read it";
  SendByte(pair.theirs.get());
  EXPECT_EQ(Look(), 1);
}

TEST_F(EpollPollerTest, ALevelIsToldWhileItLasts) {
  const SocketPair pair = MakeSocketPair();
  Recorder watcher;
  Add(watcher, pair.ours.get(), kReadable, Trigger::kLevel);
  EXPECT_EQ(watcher.trigger(), Trigger::kLevel);
  EXPECT_EQ(Look(), 0);
  SendByte(pair.theirs.get());
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(Look(), 1);
  Drain(pair.ours.get());
  EXPECT_EQ(Look(), 0);
}

TEST_F(EpollPollerTest, ModifyChangesTheInterestOfALevel) {
  const SocketPair pair = MakeSocketPair();
  SendByte(pair.theirs.get());
  Recorder watcher;
  Add(watcher, pair.ours.get(), kReadable, Trigger::kLevel);
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(watcher.last(), kReadable);
  ASSERT_EQ(poller_->Modify(watcher, kWritable), absl::OkStatus());
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(watcher.last(), kWritable);
  EXPECT_EQ(Look(), 1) << "still a level";
  ASSERT_EQ(poller_->Modify(watcher, Readiness()), absl::OkStatus());
  EXPECT_EQ(Look(), 0);
}

TEST_F(EpollPollerTest, ModifyTellsAnEdgeAnew) {
  const SocketPair pair = MakeSocketPair();
  SendByte(pair.theirs.get());
  Recorder watcher;
  Add(watcher, pair.ours.get(), kReadable);
  EXPECT_EQ(Look(), 1);
  ASSERT_EQ(poller_->Modify(watcher, kReadable), absl::OkStatus());
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(Look(), 0) << "still an edge";
}

TEST_F(EpollPollerTest, SteadyTrafficMakesNoOtherSystemCallThanWait) {
  const SocketPair pair = MakeSocketPair();
  int bytes = 0;
  Recorder watcher([&] { bytes += Drain(pair.ours.get()); });
  Add(watcher, pair.ours.get(), Poller::kAllInterest);
  EXPECT_EQ(Look(), 1);  // writable
  for (int i = 0; i < 100; ++i) {
    SendByte(pair.theirs.get());
    Wait(kForever);
    EXPECT_EQ(Deliver(*poller_), 1);
  }
  EXPECT_EQ(bytes, 100);
  const Poller::Stats stats = poller_->stats();
  EXPECT_EQ(stats.changes, 1);
  EXPECT_EQ(stats.waits, 101);
  EXPECT_EQ(stats.events, 101);
  EXPECT_EQ(stats.wake_writes, 0);
}

TEST_F(EpollPollerTest, ManyEventsComeInSeveralBatchesEachOnce) {
  std::vector<OwnedFd> fds;
  std::vector<Recorder> watchers(300);
  for (Recorder& watcher : watchers) {
    fds.push_back(MakeEventFd(1));
    Add(watcher, fds.back().get(), kReadable);
  }
  EXPECT_EQ(Look(), 256);
  EXPECT_EQ(Look(), 44);
  EXPECT_EQ(Look(), 0);
  for (const Recorder& watcher : watchers) EXPECT_EQ(watcher.told().size(), 1);
}

TEST_F(EpollPollerTest, E3_DataBeforeTheEndIsToldApartFromTheEnd) {
  for (const SocketPair& pair : {MakeSocketPair(), MakeTcpPair()}) {
    Recorder watcher;
    Add(watcher, pair.ours.get(), kReadable | Readiness::kPeerClosed);
    SendByte(pair.theirs.get());
    WaitUntilReady(*poller_);
    Deliver(*poller_);
    EXPECT_EQ(watcher.last(), kReadable);

    SendByte(pair.theirs.get());
    ASSERT_EQ(shutdown(pair.theirs.get(), SHUT_WR), 0);
    while (!watcher.last().Has(Readiness::kPeerClosed)) {
      WaitUntilReady(*poller_);
      Deliver(*poller_);
    }
    EXPECT_EQ(watcher.last(), kReadable | Readiness::kPeerClosed) << "half closed: no hang-up";
    EXPECT_EQ(Drain(pair.ours.get()), 2);
  }
}

TEST_F(EpollPollerTest, E3_AHangUpLeavesWhatWasSentReadable) {
  SocketPair pair = MakeSocketPair();
  Recorder watcher;
  Add(watcher, pair.ours.get(), kReadable | Readiness::kPeerClosed);
  SendByte(pair.theirs.get());
  pair.theirs.Close();
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(watcher.last(), kReadable | Readiness::kPeerClosed | Readiness::kHungUp);
  EXPECT_EQ(Drain(pair.ours.get()), 1);
}

TEST_F(EpollPollerTest, E3_AHangUpIsToldUnasked) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
  const OwnedFd reader(fds[0]);
  OwnedFd writer(fds[1]);
  Recorder watcher;
  Add(watcher, reader.get(), Readiness());
  EXPECT_EQ(Look(), 0);
  writer.Close();
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(watcher.last(), Readiness::kHungUp);
}

TEST_F(EpollPollerTest, E4_AResetIsAnErrorAndEndsBothDirections) {
  SocketPair pair = MakeTcpPair();
  Recorder watcher;
  Add(watcher, pair.ours.get(), Poller::kAllInterest);
  EXPECT_EQ(Look(), 1);
  const linger reset = {.l_onoff = 1, .l_linger = 0};
  ASSERT_EQ(setsockopt(pair.theirs.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
  pair.theirs.Close();
  WaitUntilReady(*poller_);
  EXPECT_EQ(Deliver(*poller_), 1);
  EXPECT_TRUE(watcher.last().Has(Readiness::kError));
  EXPECT_TRUE(watcher.last().Has(Readiness::kHungUp));
  EXPECT_EQ(Look(), 0) << "once";
}

TEST_F(EpollPollerTest, AReaderlessPipeIsAnErrorForItsWriter) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
  OwnedFd reader(fds[0]);
  const OwnedFd writer(fds[1]);
  Recorder watcher;
  Add(watcher, writer.get(), Readiness());
  reader.Close();
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(watcher.last(), Readiness::kError);
}

// A sibling closes an fd whose event is due, and another connection gets its number.
TEST_F(EpollPollerTest, E1_AnFdReusedInsideABatchTellsNothingToItsNewOwner) {
  const SocketPair first = MakeSocketPair();
  SocketPair second = MakeSocketPair();
  SocketPair third = MakeSocketPair();
  Recorder old_owner;
  Recorder new_owner;
  Recorder sibling([&] {
    ASSERT_TRUE(poller_->has_ready()) << "both in one batch";
    poller_->Remove(old_owner);
    ASSERT_EQ(dup3(third.ours.get(), second.ours.get(), O_CLOEXEC), second.ours.get());
    Add(new_owner, second.ours.get(), kReadable);
  });
  Add(sibling, first.ours.get(), kReadable);
  Add(old_owner, second.ours.get(), kReadable);
  SendByte(first.theirs.get());
  SendByte(second.theirs.get());
  EXPECT_EQ(Look(), 1);
  EXPECT_TRUE(old_owner.told().empty());
  EXPECT_TRUE(new_owner.told().empty());

  EXPECT_EQ(Look(), 0);
  SendByte(third.theirs.get());
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(new_owner.last(), kReadable);
}

// The kernel keeps a registration as long as any duplicate of the fd is open.
TEST_F(EpollPollerTest, E1_ADuplicateOfAClosedFdTellsNobody) {
  SocketPair pair = MakeSocketPair();
  const OwnedFd duplicate(fcntl(pair.ours.get(), F_DUPFD_CLOEXEC, 0));
  ASSERT_GE(duplicate.get(), 0);
  auto old_owner = std::make_unique<Recorder>();
  Add(*old_owner, pair.ours.get(), kReadable, Trigger::kLevel);
  SendByte(pair.theirs.get());
  Wait(0);
  ASSERT_TRUE(poller_->has_ready());
  old_owner = nullptr;
  pair.ours.Close();
  EXPECT_FALSE(poller_->has_ready());
  EXPECT_EQ(Look(), 0);
  SendByte(pair.theirs.get());
  EXPECT_EQ(Look(), 0);
  EXPECT_EQ(poller_->stats().events, 1);
}

TEST_F(EpollPollerTest, L9_OneDestroyedByASiblingOfItsBatchIsNotTold) {
  const SocketPair first = MakeSocketPair();
  SocketPair second = MakeSocketPair();
  auto victim = std::make_unique<Recorder>([] { FAIL() << "destroyed, and yet told"; });
  Recorder sibling([&] {
    ASSERT_TRUE(poller_->has_ready()) << "both in one batch";
    victim = nullptr;
    second.ours.Close();
  });
  Add(sibling, first.ours.get(), kReadable);
  Add(*victim, second.ours.get(), kReadable);
  SendByte(first.theirs.get());
  SendByte(second.theirs.get());
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(Look(), 0);
}

TEST_F(EpollPollerTest, AWatcherMayDestroyItself) {
  const SocketPair pair = MakeSocketPair();
  std::unique_ptr<Recorder> watcher = std::make_unique<Recorder>([&watcher] { watcher = nullptr; });
  Add(*watcher, pair.ours.get(), kReadable, Trigger::kLevel);
  SendByte(pair.theirs.get());
  EXPECT_EQ(Look(), 1);
  EXPECT_EQ(watcher, nullptr);
  EXPECT_EQ(Look(), 0);
}

TEST_F(EpollPollerTest, RemovingAfterTheFdWasClosedIsHarmless) {
  SocketPair pair = MakeSocketPair();
  Recorder watcher;
  Add(watcher, pair.ours.get(), kReadable);
  pair.ours.Close();
  EXPECT_TRUE(absl::IsInvalidArgument(poller_->Modify(watcher, kReadable)));
  poller_->Remove(watcher);
  EXPECT_FALSE(watcher.watched());
  EXPECT_EQ(poller_->watcher_count(), 0);
}

TEST_F(EpollPollerTest, AWatcherMayOutliveThePoller) {
  const SocketPair pair = MakeSocketPair();
  Recorder watcher;
  Add(watcher, pair.ours.get(), kReadable);
  poller_.reset();
  EXPECT_FALSE(watcher.watched());
}

TEST_F(EpollPollerTest, E9_ABadFdIsAStatus) {
  Recorder watcher;
  EXPECT_TRUE(absl::IsInvalidArgument(poller_->Add(watcher, -1)));
  const int closed = MakeEventFd(0).get();
  const absl::Status status = poller_->Add(watcher, closed);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(status.message(), testing::EndsWith("Bad file descriptor"));
  EXPECT_TRUE(absl::IsInvalidArgument(poller_->Add(watcher, poller_->fd())));
  EXPECT_FALSE(watcher.watched());
  EXPECT_EQ(poller_->watcher_count(), 0);
}

TEST_F(EpollPollerTest, E10_FilesAndDirectoriesAreForTheFsPlugin) {
  for (const char* path : {"/proc/self/exe", "/"}) {
    const OwnedFd file(open(path, O_RDONLY | O_CLOEXEC));
    ASSERT_GE(file.get(), 0);
    Recorder watcher;
    const absl::Status status = poller_->Add(watcher, file.get());
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(status.message(), testing::HasSubstr("use the fs plugin"));
    EXPECT_FALSE(watcher.watched());
  }
}

TEST_F(EpollPollerTest, AnFdIsWatchedOnce) {
  const OwnedFd event = MakeEventFd(0);
  Recorder first;
  Recorder second;
  Add(first, event.get(), kReadable);
  EXPECT_TRUE(absl::IsAlreadyExists(poller_->Add(second, event.get())));
  EXPECT_FALSE(second.watched());
  poller_->Remove(first);
  Add(second, event.get(), kReadable);
}

// Lets the process have only `more` fds beyond what it has now.
class FdLimit {
 public:
  explicit FdLimit(int more) {
    getrlimit(RLIMIT_NOFILE, &before_);
    // The limit is for the numbers of fds, which are given from the lowest free one on.
    const int next = MakeEventFd(0).get();
    rlimit limit = before_;
    limit.rlim_cur = next + more;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~FdLimit() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_;
};

TEST_F(EpollPollerTest, CreatingOneWithoutFreeFdsIsAStatus) {
  const std::set<int> fds = OpenFds();
  for (int more = 0; more < 2; ++more) {
    absl::Status status;
    {
      const FdLimit limit(more);
      status = Poller::Create().status();
    }
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_THAT(status.message(), testing::EndsWith("Too many open files"));
    EXPECT_EQ(OpenFds(), fds);
  }
}

TEST_F(EpollPollerTest, F5_ItsFdsAreCloseOnExec) {
  int own = 0;
  for (const int fd : OpenFds()) {
    if (fds_before_.count(fd) != 0) continue;
    EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    ++own;
  }
  EXPECT_EQ(own, 2);
}

TEST_F(EpollPollerTest, T1_ATimeoutIsNeverEarly) {
  using Clock = std::chrono::steady_clock;
  for (const int64_t nanos : {1, 999, 50'000, 999'999, 1'000'001, 2'500'000}) {
    const Clock::time_point start = Clock::now();
    Wait(nanos);
    EXPECT_GE(Clock::now() - start, std::chrono::nanoseconds(nanos));
  }
}

TEST_F(EpollPollerTest, ATimeoutIsNotRoundedToMilliseconds) {
  using Clock = std::chrono::steady_clock;
  Clock::duration shortest = Clock::duration::max();
  for (int i = 0; i < 50; ++i) {
    const Clock::time_point start = Clock::now();
    Wait(10'000);
    shortest = std::min(shortest, Clock::now() - start);
  }
  EXPECT_LT(shortest, std::chrono::milliseconds(1));
}

TEST_F(EpollPollerTest, E2_ASignalEndsAWaitEarly) {
  struct sigaction action = {};
  struct sigaction before;
  action.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  // A timeout and none: they are different system calls.
  for (const int64_t timeout : {kForever, int64_t{3'600'000'000'000}}) {
    std::atomic<bool> returned = false;
    std::thread killer([&returned, waiter = pthread_self()] {
      // Again and again, since a signal before the sleep ends nothing.
      while (!returned) {
        pthread_kill(waiter, SIGUSR1);
        std::this_thread::yield();
      }
    });
    EXPECT_EQ(poller_->Wait(timeout), absl::OkStatus());
    returned = true;
    killer.join();
    EXPECT_FALSE(poller_->has_ready());
  }
  sigaction(SIGUSR1, &before, nullptr);
}

// Makes epoll_pwait2 fail with `error` in this thread, for the rest of its life.
bool ForbidEpollPwait2(int error) {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {.len = std::size(code), .filter = code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST_F(EpollPollerTest, DoesWithoutNanosecondsWhereTheKernelHasNone) {
  for (const int error : {ENOSYS, EPERM}) {
    bool forbidden = false;
    std::thread([&] {
      forbidden = ForbidEpollPwait2(error);
      if (!forbidden) return;
      using Clock = std::chrono::steady_clock;
      for (const int64_t nanos : {1, 999'999, 1'000'001}) {
        const Clock::time_point start = Clock::now();
        Wait(nanos);
        const int64_t millis = (nanos + 999'999) / 1'000'000;
        EXPECT_GE(Clock::now() - start, std::chrono::milliseconds(millis));
      }
      // More milliseconds than an int holds: not 0, as the lower bits would say.
      const SocketPair pair = MakeSocketPair();
      Recorder watcher;
      Add(watcher, pair.ours.get(), kReadable);
      std::thread sender([&pair] { SendByte(pair.theirs.get()); });
      Wait((int64_t{1} << 32) * 1'000'000);
      sender.join();
      EXPECT_EQ(Deliver(*poller_), 1);
    }).join();
    if (!forbidden) GTEST_SKIP() << "system calls cannot be filtered here";
    poller_ = *Poller::Create();
  }
}

}  // namespace
}  // namespace rondo
