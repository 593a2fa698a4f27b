// A UDP socket.
#ifndef RONDO_PLUGINS_NET_UDP_SOCKET_H_
#define RONDO_PLUGINS_NET_UDP_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/address.h"
#include "plugins/net/udp_batch.h"
#include "plugins/net/udp_channel.h"
#include "plugins/net/udp_operations.h"

namespace rondo::net {

// Sends and receives datagrams, from net::BindUdp. For coroutines there are Receive, Send and
// their kin; for callbacks TryReceive, TrySend, OnReadable and OnWritable. All of them try first
// and wait only when the kernel says so.
//
// One coroutine or callback receives at a time, and one sends; another gets FAILED_PRECONDITION.
// Threads, ownership, cancellation and closing are as for BasicStream. A datagram may be lost,
// doubled or overtaken: that it was sent says nothing.
//
// Errors of every call: FAILED_PRECONDITION when the socket is closed, and what errno says. They
// do not end the socket: UNAVAILABLE, say, tells that nobody listens where an earlier datagram of a
// connected socket went to, once.
//
//   char buffer[2048];
//   for (;;) {
//     absl::StatusOr<net::Datagram> datagram = co_await socket.Receive(absl::MakeSpan(buffer));
//     if (!datagram.ok()) break;
//     absl::Status sent = co_await socket.Send(datagram->data, datagram->from);
//   }
class UdpSocket {
 public:
  static constexpr absl::string_view kResource = "net.udp_socket";

  // For the plugin.
  explicit UdpSocket(internal::UdpChannelPtr channel) : channel_(std::move(channel)) {}

  // Awaited, yields the next datagram as an absl::StatusOr<Datagram>, with its data in `buffer`.
  // REQUIRES: the buffer is not empty, and stays until the coroutine is resumed.
  [[nodiscard]] internal::UdpOperation<internal::UdpReceive> Receive(absl::Span<char> buffer) {
    DCHECK(!buffer.empty());
    return {*channel_, {buffer}};
  }
  // As Receive, as many as there are and the batch has room for, with one system call. Yields an
  // absl::StatusOr<size_t>: how many, at least one.
  [[nodiscard]] internal::UdpOperation<internal::UdpReceiveBatch> ReceiveBatch(UdpBatch& batch) {
    return {*channel_, {batch}};
  }

  // Awaited, yields an absl::Status when the kernel has taken the datagram, which may be empty.
  // Errors: INVALID_ARGUMENT (too long); without `to`, FAILED_PRECONDITION (not connected).
  // REQUIRES: the data stay until the coroutine is resumed.
  [[nodiscard]] internal::UdpOperation<internal::UdpSend> Send(absl::string_view data,
                                                               const Address& to) {
    return {*channel_, {data, to}};
  }
  [[nodiscard]] internal::UdpOperation<internal::UdpSend> Send(absl::string_view data) {
    return {*channel_, {data, std::nullopt}};
  }
  // As Send, of several datagrams in their order, with one system call for 64 of them. After an
  // error, which names the peer, those before that one have been sent.
  [[nodiscard]] internal::UdpOperation<internal::UdpSendBatch> SendBatch(
      absl::Span<const OutgoingDatagram> datagrams) {
    return {*channel_, {datagrams}};
  }
  // As Send, of `data` in datagrams of `size` bytes, the last of which may be shorter. Where the
  // kernel or the network card can cut them, as has_send_offload() says, it does.
  // REQUIRES: size > 0.
  [[nodiscard]] internal::UdpOperation<internal::UdpSendSegments> SendSegments(
      absl::string_view data, size_t size, const Address& to) {
    DCHECK_GT(size, 0u);
    return {*channel_, {data, size, to}};
  }
  [[nodiscard]] internal::UdpOperation<internal::UdpSendSegments> SendSegments(
      absl::string_view data, size_t size) {
    DCHECK_GT(size, 0u);
    return {*channel_, {data, size, std::nullopt}};
  }

  // As Receive and Send, but nothing, or false, instead of waiting.
  std::optional<absl::StatusOr<Datagram>> TryReceive(absl::Span<char> buffer) {
    return channel_->Receive(buffer);
  }
  absl::StatusOr<bool> TrySend(absl::string_view data, const Address& to) {
    std::optional<absl::Status> sent = channel_->Send(data, to);
    if (sent.has_value() && !sent->ok()) return *std::move(sent);
    return sent.has_value();
  }
  // As those of BasicStream.
  template <typename F>
  void OnReadable(F callback) {
    channel_->SetCallback(internal::Direction::kRead, std::move(callback));
  }
  template <typename F>
  void OnWritable(F callback) {
    channel_->SetCallback(internal::Direction::kWrite, std::move(callback));
  }

  // Sends to this peer from now on, and receives from it only. Again: from another.
  absl::Status Connect(const Address& peer) { return channel_->Connect(peer); }
  absl::Status Disconnect() { return channel_->Disconnect(); }
  const std::optional<Address>& peer_address() const { return channel_->peer(); }

  // Receives what is sent to the group, on the interface of this name; "": the one that the kernel
  // chooses. Of groups that only others have joined it receives nothing.
  // Errors: INVALID_ARGUMENT (not multicast), NOT_FOUND (no such interface), FAILED_PRECONDITION
  // (a member already; not a member).
  absl::Status JoinGroup(const Address& group, absl::string_view interface = "");
  absl::Status LeaveGroup(const Address& group, absl::string_view interface = "");
  // Where what is sent to a group leaves; whether it comes back to this host, too, as it does by
  // default; and over how many routers it goes.
  absl::Status SetMulticastInterface(absl::string_view interface);
  absl::Status SetMulticastLoop(bool loop);
  absl::Status SetMulticastHops(int hops);
  // Whether broadcast addresses may be sent to.
  absl::Status SetBroadcast(bool broadcast);

  // Lets the kernel put datagrams of one sender together: see Datagram::segment_size. Buffers
  // should have 64 KiB then. Errors: UNIMPLEMENTED (this kernel does not).
  absl::Status SetReceiveOffload(bool offload);
  bool has_send_offload() const { return channel_->has_send_offload(); }

  // What the kernel keeps for the socket; see SocketStream.
  absl::Status SetReceiveBuffer(int bytes);
  absl::Status SetSendBuffer(int bytes);

  // With the port that the kernel chose, if it was to.
  const Address& local_address() const { return channel_->address(); }
  // -1 when it is closed.
  int fd() const { return channel_->fd(); }

  void Close() { channel_->Close(); }
  bool closed() const { return channel_->closed(); }

  // For the plugin.
  internal::UdpChannel& channel() { return *channel_; }

 private:
  absl::Status Set(int level, int option, int value, absl::string_view operation);
  absl::Status ChangeGroup(bool join, const Address& group, absl::string_view interface);

  internal::UdpChannelPtr channel_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_UDP_SOCKET_H_
