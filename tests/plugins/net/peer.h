// The other side of a connection, made of plain system calls.
#ifndef RONDO_TESTS_PLUGINS_NET_PEER_H_
#define RONDO_TESTS_PLUGINS_NET_PEER_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "plugins/net/address.h"

namespace rondo::net {

// A blocking socket. What it does has been done in the kernel when the call returns, so a test
// needs no second thread. Dies when a call fails that a test counts on.
class Peer {
 public:
  Peer() = default;
  explicit Peer(int fd) : fd_(fd) {}
  Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Peer& operator=(Peer&& other) noexcept {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~Peer() { Close(); }

  static Peer Connect(const Address& address);

  void Send(absl::string_view data);
  // At most `size` bytes, at least one; "" at the end. A reset is "(reset)".
  std::string Receive(size_t size = 65536);
  // Everything until the end.
  std::string ReceiveAll();
  void ShutdownWrite();
  void Close();
  // Closes with a reset.
  void Reset();

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

// Where a stream can connect to.
class PeerListener {
 public:
  // On a free port of 127.0.0.1. With a full backlog nobody gets an answer.
  explicit PeerListener(int backlog = 16);
  ~PeerListener() { Close(); }

  const Address& address() const { return address_; }
  Peer Accept();
  void Close();

 private:
  int fd_;
  Address address_;
};

// A port of 127.0.0.1, and of ::1 where there is one, that refuses connections: it is taken, so
// that no other process can begin to listen there.
class RefusingPort {
 public:
  RefusingPort();
  RefusingPort(const RefusingPort&) = delete;
  RefusingPort& operator=(const RefusingPort&) = delete;
  ~RefusingPort() { Close(); }

  // That of 127.0.0.1.
  const Address& address() const { return address_; }

 private:
  void Close();

  int fds_[2] = {-1, -1};
  Address address_;
};

// While it lives, no further descriptor can be opened. Keep it short: the sanitizers open some.
class NoFreeDescriptors {
 public:
  NoFreeDescriptors();
  ~NoFreeDescriptors();

 private:
  unsigned long limit_;
};

}  // namespace rondo::net

#endif  // RONDO_TESTS_PLUGINS_NET_PEER_H_
