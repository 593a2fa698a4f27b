// What the tests of the poller share.
#ifndef RONDO_TESTS_POLLER_TESTING_H_
#define RONDO_TESTS_POLLER_TESTING_H_

#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "poller/poller.h"
#include "poller/readiness.h"

namespace rondo {

void PrintTo(Readiness readiness, std::ostream* out);

// The fds of this process.
std::set<int> OpenFds();

// An fd that is closed at the end.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFd() { Close(); }

  int get() const { return fd_; }
  void Close();

 private:
  int fd_;
};

// Two connected stream sockets, non-blocking: Unix ones, or TCP ones over the loopback.
struct SocketPair {
  OwnedFd ours;
  OwnedFd theirs;
};
SocketPair MakeSocketPair();
SocketPair MakeTcpPair();

// An eventfd, whose counter is `value`.
OwnedFd MakeEventFd(unsigned value);

// Writes one byte.
void SendByte(int fd);
// Reads all there is; returns how many bytes it was.
int Drain(int fd);

// Remembers what it was told, and then calls a function, if it has one.
class Recorder : public Watcher {
 public:
  explicit Recorder(std::function<void()> then = nullptr) : then_(std::move(then)) {}

  void OnReady(Readiness ready) override {
    told_.push_back(ready);
    const std::function<void()> then = then_;  // because it may destroy this
    if (then != nullptr) then();
  }

  const std::vector<Readiness>& told() const { return told_; }
  Readiness last() const { return told_.empty() ? Readiness() : told_.back(); }

 private:
  std::function<void()> then_;
  std::vector<Readiness> told_;
};

// Tells everyone what is due; returns how many were told.
int Deliver(Poller& poller);

// Waits until something is due.
void WaitUntilReady(Poller& poller);

// Whether fd() would make a foreign loop turn.
bool IsReadable(int fd);

// Has a poller, and fails when it leaves an fd behind.
class PollerTest : public testing::Test {
 protected:
  PollerTest();
  void TearDown() override;

  const std::set<int> fds_before_ = OpenFds();
  std::unique_ptr<Poller> poller_;
};

}  // namespace rondo

#endif  // RONDO_TESTS_POLLER_TESTING_H_
