#include "tests/plugins/net/peer.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "absl/log/check.h"

namespace rondo::net {
namespace {

Address LocalAddressOf(int fd) {
  sockaddr_storage storage;
  socklen_t size = sizeof(storage);
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  PCHECK(getsockname(fd, address, &size) == 0);
  return *Address::FromSockaddr(address, size);
}

// A socket bound to a free port of 127.0.0.1.
int BoundSocket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage storage;
  const socklen_t size = Address::Loopback().ToSockaddr(storage);
  PCHECK(bind(fd, reinterpret_cast<sockaddr*>(&storage), size) == 0);
  return fd;
}

}  // namespace

Peer Peer::Connect(const Address& address) {
  Peer peer(socket(address.is_ipv6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage storage;
  const socklen_t size = address.ToSockaddr(storage);
  PCHECK(connect(peer.fd_, reinterpret_cast<sockaddr*>(&storage), size) == 0);
  return peer;
}

void Peer::Send(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t sent = send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    PCHECK(sent > 0);
    data.remove_prefix(static_cast<size_t>(sent));
  }
}

std::string Peer::Receive(size_t size) {
  std::string data(size, '\0');
  const ssize_t received = recv(fd_, data.data(), size, 0);
  if (received < 0 && errno == ECONNRESET) return "(reset)";
  PCHECK(received >= 0);
  data.resize(static_cast<size_t>(received));
  return data;
}

std::string Peer::ReceiveAll() {
  std::string all;
  for (;;) {
    const std::string data = Receive();
    if (data.empty()) return all;
    all += data;
    if (data == "(reset)") return all;
  }
}

void Peer::ShutdownWrite() { PCHECK(shutdown(fd_, SHUT_WR) == 0); }

void Peer::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

void Peer::Reset() {
  const linger abort = {.l_onoff = 1, .l_linger = 0};
  PCHECK(setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort)) == 0);
  Close();
}

PeerListener::PeerListener(int backlog) : fd_(BoundSocket()), address_(LocalAddressOf(fd_)) {
  PCHECK(listen(fd_, backlog) == 0);
}

Peer PeerListener::Accept() {
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  PCHECK(fd >= 0);
  return Peer(fd);
}

void PeerListener::Close() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

RefusingPort::RefusingPort() {
  const auto take = [](const Address& address) {
    const int fd = socket(address.is_ipv6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_storage storage;
    const socklen_t size = address.ToSockaddr(storage);
    if (fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&storage), size) == 0) return fd;
    const int error = errno;
    if (fd >= 0) close(fd);
    errno = error;
    return -1;
  };
  for (;;) {
    fds_[0] = take(Address::Loopback());
    PCHECK(fds_[0] >= 0);
    address_ = LocalAddressOf(fds_[0]);
    fds_[1] = take(*Address::FromIp("::1", address_.port()));
    if (fds_[1] >= 0 || errno != EADDRINUSE) return;
    Close();
  }
}

void RefusingPort::Close() {
  for (int& fd : fds_) {
    if (fd >= 0) close(std::exchange(fd, -1));
  }
}

NoFreeDescriptors::NoFreeDescriptors() {
  rlimit limit;
  PCHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit_ = limit.rlim_cur;
  // The lowest free number is the first that is forbidden.
  const int lowest = dup(0);
  PCHECK(lowest >= 0);
  close(lowest);
  limit.rlim_cur = static_cast<rlim_t>(lowest);
  PCHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

NoFreeDescriptors::~NoFreeDescriptors() {
  const int error = errno;  // For who looks why a call within has failed.
  rlimit limit;
  PCHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit_;
  PCHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  errno = error;
}

}  // namespace rondo::net
