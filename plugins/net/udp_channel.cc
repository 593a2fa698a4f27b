#include "plugins/net/udp_channel.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/net/socket_options.h"
#include "plugins/net/udp_message.h"

namespace rondo::net::internal {
namespace {

// The most that one call is given: datagrams, what the kernel cuts into pieces, and pieces.
constexpr size_t kMostDatagrams = 64;
constexpr size_t kMostBytes = 65507;
constexpr size_t kMostSegments = 64;

// The kernel says so when asked to leave it as it is.
bool ProbeSendOffload(int fd) { return SetOption(fd, SOL_UDP, UDP_SEGMENT, 0) == 0; }

template <typename Call>
ssize_t Uninterrupted(Call call) {
  ssize_t result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

// Where a datagram goes to, as the kernel wants it.
void SetDestination(msghdr& message, sockaddr_storage& storage, const std::optional<Address>& to) {
  if (!to.has_value()) return;
  message.msg_namelen = to->ToSockaddr(storage);
  message.msg_name = &storage;
}

}  // namespace

absl::StatusOr<UdpChannelPtr> UdpChannel::Open(Loop& loop, OwnedFd fd, const Address& address) {
  UdpChannelPtr channel(new UdpChannel(loop, address));
  channel->send_offload_ = ProbeSendOffload(fd.get());
  absl::Status status = channel->Socket::Open(fd, Readiness::kReadable | Readiness::kWritable);
  if (!status.ok()) return status;
  return channel;
}

std::optional<absl::StatusOr<Datagram>> UdpChannel::Receive(absl::Span<char> buffer) {
  if (closed()) return Closed("receive on");
  if (!readable() || !Admit()) return std::nullopt;
  sockaddr_storage from;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  iovec piece = {.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message = {};
  message.msg_name = &from;
  message.msg_namelen = sizeof(from);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  const ssize_t size = Uninterrupted([&] { return ::recvmsg(fd(), &message, 0); });
  if (size >= 0) {
    return ToDatagram(message, absl::string_view(buffer.data(), static_cast<size_t>(size)));
  }
  return Failed(Direction::kRead, errno, std::nullopt);
}

std::optional<absl::StatusOr<size_t>> UdpChannel::ReceiveBatch(UdpBatch& batch) {
  mmsghdr* const messages = batch.Prepare();
  if (closed()) return Closed("receive on");
  if (!readable() || !Admit()) return std::nullopt;
  const auto capacity = static_cast<unsigned>(batch.capacity());
  const ssize_t count =
      Uninterrupted([&] { return ::recvmmsg(fd(), messages, capacity, MSG_DONTWAIT, nullptr); });
  if (count < 0) return Failed(Direction::kRead, errno, std::nullopt);
  batch.Received(static_cast<size_t>(count));
  return static_cast<size_t>(count);
}

std::optional<absl::Status> UdpChannel::Send(absl::string_view data,
                                             const std::optional<Address>& to) {
  if (closed()) return Closed("send on");
  if (!writable() || !Admit()) return std::nullopt;
  if (SendOne(data, 0, to)) return absl::OkStatus();
  return Failed(Direction::kWrite, errno, to);
}

bool UdpChannel::SendOne(absl::string_view data, size_t segment_size,
                         const std::optional<Address>& to) {
  sockaddr_storage storage;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(uint16_t))] = {};
  iovec piece = {.iov_base = const_cast<char*>(data.data()), .iov_len = data.size()};
  msghdr message = {};
  SetDestination(message, storage, to);
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (segment_size != 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* const part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_UDP;
    part->cmsg_type = UDP_SEGMENT;
    part->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    const auto size = static_cast<uint16_t>(segment_size);
    std::memcpy(CMSG_DATA(part), &size, sizeof(size));
  }
  return Uninterrupted([&] { return ::sendmsg(fd(), &message, MSG_NOSIGNAL); }) >= 0;
}

std::optional<absl::Status> UdpChannel::SendBatch(absl::Span<const OutgoingDatagram>& datagrams) {
  while (!datagrams.empty()) {
    if (closed()) return Closed("send on");
    if (!writable() || !Admit()) return std::nullopt;
    const size_t count = std::min(datagrams.size(), kMostDatagrams);
    std::array<sockaddr_storage, kMostDatagrams> to;
    std::array<iovec, kMostDatagrams> pieces;
    std::array<mmsghdr, kMostDatagrams> messages;
    for (size_t i = 0; i < count; ++i) {
      const absl::string_view data = datagrams[i].data;
      pieces[i] = {.iov_base = const_cast<char*>(data.data()), .iov_len = data.size()};
      messages[i] = {};
      messages[i].msg_hdr.msg_iov = &pieces[i];
      messages[i].msg_hdr.msg_iovlen = 1;
      SetDestination(messages[i].msg_hdr, to[i], datagrams[i].to);
    }
    const ssize_t sent = Uninterrupted([&] {
      return ::sendmmsg(fd(), messages.data(), static_cast<unsigned>(count), MSG_NOSIGNAL);
    });
    // The error of one that is not the first is told by the next call.
    if (sent < 0) return Failed(Direction::kWrite, errno, datagrams.front().to);
    datagrams.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

std::optional<absl::Status> UdpChannel::SendSegments(absl::string_view& data, size_t size,
                                                     const std::optional<Address>& to) {
  const size_t most = std::clamp(kMostBytes / size, size_t{1}, kMostSegments) * size;
  while (!data.empty() && send_offload_) {
    if (closed()) return Closed("send on");
    if (!writable() || !Admit()) return std::nullopt;
    const absl::string_view burst = data.substr(0, most);
    const bool cut = burst.size() > size;
    if (SendOne(burst, cut ? size : 0, to)) {
      data.remove_prefix(burst.size());
    } else if (cut && (errno == EINVAL || errno == EMSGSIZE)) {
      break;  // The kernel cuts into no pieces that are larger than what the way there takes.
    } else if (errno == EIO || errno == EOPNOTSUPP || errno == ENOPROTOOPT) {
      send_offload_ = false;  // Not by the way that this takes.
    } else {
      return Failed(Direction::kWrite, errno, to);
    }
  }
  return SendSlices(data, size, to);
}

std::optional<absl::Status> UdpChannel::SendSlices(absl::string_view& data, size_t size,
                                                   const std::optional<Address>& to) {
  while (!data.empty()) {
    std::optional<absl::Status> sent = Send(data.substr(0, size), to);
    if (!sent.has_value() || !sent->ok()) return sent;
    data.remove_prefix(std::min(size, data.size()));
  }
  return absl::OkStatus();
}

std::optional<absl::Status> UdpChannel::Failed(Direction d, int error,
                                               const std::optional<Address>& to) {
  const Readiness bit = d == Direction::kRead ? Readiness::kReadable : Readiness::kWritable;
  if (error == EAGAIN) ready_ = ready_.Without(bit);
  if (error == ENOBUFS) ServeAfterDelay();  // Nobody tells when there are some again.
  if (error == EAGAIN || error == ENOBUFS) return std::nullopt;
  const absl::string_view operation = d == Direction::kRead ? "receive on " : "send on ";
  const std::optional<Address>& peer = to.has_value() ? to : peer_;
  absl::Status status = absl::ErrnoToStatus(
      error, absl::StrCat(operation, Subject(), d == Direction::kRead ? " from " : " to ",
                          peer.has_value() ? peer->ToString() : "nobody"));
  // It says what is wrong with the data, and absl has no code for it.
  if (error == EMSGSIZE) return absl::InvalidArgumentError(status.message());
  if (error == EDESTADDRREQ) return absl::FailedPreconditionError(status.message());
  return status;
}

absl::Status UdpChannel::Connect(const Address& peer) {
  if (closed()) return Closed("connect");
  sockaddr_storage storage;
  const socklen_t size = peer.ToSockaddr(storage);
  if (::connect(fd(), reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("connect ", Subject(), " to ", peer));
  }
  peer_ = peer;
  return absl::OkStatus();
}

absl::Status UdpChannel::Disconnect() {
  if (closed()) return Closed("disconnect");
  sockaddr nobody = {};
  nobody.sa_family = AF_UNSPEC;
  if (::connect(fd(), &nobody, sizeof(nobody)) != 0) return ErrnoStatus(errno, "disconnect");
  peer_.reset();
  return BindAgain();
}

// A port that the kernel chose it takes back with the peer.
absl::Status UdpChannel::BindAgain() {
  absl::StatusOr<Address> now = LocalAddress(fd());
  if (now.ok() && now->port() == address().port()) return absl::OkStatus();
  sockaddr_storage storage;
  const socklen_t size = address().ToSockaddr(storage);
  if (::bind(fd(), reinterpret_cast<sockaddr*>(&storage), size) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, "bind again");
}

absl::Status UdpChannel::Closed(absl::string_view operation) const {
  return absl::FailedPreconditionError(
      absl::StrCat(operation, " ", Subject(), ": the socket is closed"));
}

std::string UdpChannel::Describe() const { return absl::StrCat("udp ", Subject()); }

}  // namespace rondo::net::internal
