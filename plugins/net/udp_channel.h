// The socket of a UdpSocket. Internal, but for being in udp_socket.h.
#ifndef RONDO_PLUGINS_NET_UDP_CHANNEL_H_
#define RONDO_PLUGINS_NET_UDP_CHANNEL_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/address.h"
#include "plugins/net/owned_fd.h"
#include "plugins/net/socket.h"
#include "plugins/net/udp_batch.h"
#include "runtime/loop.h"

namespace rondo::net::internal {

class UdpChannel;
using UdpChannelPtr = std::unique_ptr<UdpChannel, Socket::Releaser>;

// Sends and receives datagrams without blocking. See Socket for threads and ownership.
class UdpChannel final : public Socket {
 public:
  // Errors: those of Socket::Open.
  // REQUIRES: fd is bound to `address`.
  static absl::StatusOr<UdpChannelPtr> Open(Loop& loop, OwnedFd fd, const Address& address);

  // Nothing, from any of these: the waiter will be called when it is worth trying.

  // The datagram's data are in `buffer`.
  std::optional<absl::StatusOr<Datagram>> Receive(absl::Span<char> buffer);
  // How many; at least one.
  std::optional<absl::StatusOr<size_t>> ReceiveBatch(UdpBatch& batch);
  // `to`: nothing for the peer that it is connected to.
  std::optional<absl::Status> Send(absl::string_view data, const std::optional<Address>& to);
  // Takes those that were sent out of `datagrams`.
  std::optional<absl::Status> SendBatch(absl::Span<const OutgoingDatagram>& datagrams);
  // Cuts `data` into datagrams of `size` bytes, and takes those that were sent out of it.
  std::optional<absl::Status> SendSegments(absl::string_view& data, size_t size,
                                           const std::optional<Address>& to);

  // Errors: as errno says.
  absl::Status Connect(const Address& peer);
  absl::Status Disconnect();
  const std::optional<Address>& peer() const { return peer_; }

  bool has_send_offload() const { return send_offload_; }
  // For a test of what is done without it.
  void ForgetSendOffload() { send_offload_ = false; }

  std::string Describe() const override;

 private:
  UdpChannel(Loop& loop, const Address& address) : Socket(loop, address) {}

  absl::Status BindAgain();
  absl::Status Closed(absl::string_view operation) const;
  // What a call that failed with errno comes to: nothing when it is worth another try later.
  std::optional<absl::Status> Failed(Direction d, int error, const std::optional<Address>& to);
  // One datagram, or `segment_size` cuts it into several. False: errno is set.
  bool SendOne(absl::string_view data, size_t segment_size, const std::optional<Address>& to);
  std::optional<absl::Status> SendSlices(absl::string_view& data, size_t size,
                                         const std::optional<Address>& to);

  bool send_offload_ = false;
  std::optional<Address> peer_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_UDP_CHANNEL_H_
