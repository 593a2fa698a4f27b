#include "plugins/net/unix_stream.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "plugins/net/address.h"
#include "plugins/net/socket_options.h"
#include "plugins/net/unix_connection.h"

namespace rondo::net {
namespace internal {
namespace {

// Room for the most descriptors that the kernel passes at once.
union Control {
  char bytes[CMSG_SPACE(UnixStream::kMaxFds * sizeof(int))];
  cmsghdr align;
};

// Appends what came in `message`.
void TakeFds(msghdr& message, std::vector<OwnedFd>& fds) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      fds.emplace_back(fd);
    }
  }
}

absl::Status Refused(const Connection& connection, int error) {
  const absl::Status status = connection.ErrnoStatus(error, "write descriptors to");
  return error == EBADF ? absl::InvalidArgumentError(status.message())
                        : absl::ResourceExhaustedError(status.message());
}

}  // namespace

bool ReadWithFdsOperation::Try() {
  DCHECK(!buffer_.empty());
  Control control;
  iovec piece = {.iov_base = buffer_.data(), .iov_len = buffer_.size()};
  msghdr message = {};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof(control.bytes);
  const int64_t received = connection_.ReceiveMessage(message, buffer_.size());
  if (received == kBlocked) return false;
  if (received == kFailed) {
    size_ = connection_.receive_status();
    return true;
  }
  std::vector<OwnedFd> fds;
  TakeFds(message, fds);
  if ((message.msg_flags & MSG_CTRUNC) != 0) {
    size_ = connection_.ErrnoStatus(EMFILE, "read descriptors from");
    return true;
  }
  for (OwnedFd& fd : fds) fds_.push_back(std::move(fd));
  size_ = static_cast<size_t>(received);
  return true;
}

bool WriteWithFdsOperation::Try() {
  if (left_.empty() || fds_.size() > UnixStream::kMaxFds) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat("write ", connection_.Subject(), ": ",
                     left_.empty() ? "descriptors without a byte" : "too many descriptors"));
    return true;
  }
  while (!left_.empty()) {
    int refused = 0;
    const int64_t sent =
        fds_.empty() ? connection_.Send(left_.data(), left_.size()) : SendFirst(refused);
    if (sent == kBlocked) return false;
    if (sent == kFailed) {
      status_ = refused == 0 ? connection_.send_status() : Refused(connection_, refused);
      return true;
    }
    left_.remove_prefix(static_cast<size_t>(sent));
    fds_ = {};
  }
  return true;
}

int64_t WriteWithFdsOperation::SendFirst(int& refused) {
  Control control = {};
  iovec piece = {.iov_base = const_cast<char*>(left_.data()), .iov_len = left_.size()};
  msghdr message = {};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = CMSG_SPACE(fds_.size() * sizeof(int));
  cmsghdr* const part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(fds_.size() * sizeof(int));
  std::memcpy(CMSG_DATA(part), fds_.data(), fds_.size() * sizeof(int));
  return connection_.SendMessage(message, left_.size(), &refused);
}

}  // namespace internal

absl::StatusOr<UnixStreamPair> UnixStream::Pair(Loop& loop) {
  constexpr char kName[] = "unix socket pair";
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0) {
    return absl::ErrnoToStatus(errno, kName);
  }
  internal::OwnedFd first(fds[0]);
  internal::OwnedFd second(fds[1]);
  absl::StatusOr<internal::ConnectionPtr> a = internal::UnixConnection::Open(loop, first, kName);
  if (!a.ok()) return a.status();
  absl::StatusOr<internal::ConnectionPtr> b = internal::UnixConnection::Open(loop, second, kName);
  if (!b.ok()) return b.status();
  return UnixStreamPair{UnixStream(*std::move(a)), UnixStream(*std::move(b))};
}

absl::StatusOr<UnixStream> UnixStream::Adopt(Loop& loop, int fd) {
  absl::StatusOr<Address> prepared = internal::PrepareAdopted(fd, 0);
  if (!prepared.ok()) return prepared.status();
  internal::OwnedFd owned(fd);
  absl::StatusOr<internal::ConnectionPtr> connection =
      internal::UnixConnection::Open(loop, owned, absl::StrCat("descriptor ", fd));
  if (!connection.ok()) {
    owned.Release();
    return connection.status();
  }
  return UnixStream(*std::move(connection));
}

absl::StatusOr<PeerCredentials> UnixStream::peer_credentials() const {
  ucred credentials = {};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(channel_->fd(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return channel_->ErrnoStatus(errno, "credentials of");
  }
  return PeerCredentials{credentials.pid, credentials.uid, credentials.gid};
}

}  // namespace rondo::net
