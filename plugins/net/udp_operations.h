// What a coroutine awaits of a UdpSocket. Internal, but for being in udp_socket.h.
#ifndef RONDO_PLUGINS_NET_UDP_OPERATIONS_H_
#define RONDO_PLUGINS_NET_UDP_OPERATIONS_H_

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/address.h"
#include "plugins/net/socket.h"
#include "plugins/net/udp_batch.h"
#include "plugins/net/udp_channel.h"

namespace rondo::net::internal {

// The calls of UdpChannel that are made until they return something.

struct UdpReceive {
  using Outcome = absl::StatusOr<Datagram>;
  static constexpr Direction kDirection = Direction::kRead;
  absl::Span<char> buffer;

  std::optional<Outcome> operator()(UdpChannel& channel) { return channel.Receive(buffer); }
};

struct UdpReceiveBatch {
  using Outcome = absl::StatusOr<size_t>;
  static constexpr Direction kDirection = Direction::kRead;
  UdpBatch& batch;

  std::optional<Outcome> operator()(UdpChannel& channel) { return channel.ReceiveBatch(batch); }
};

struct UdpSend {
  using Outcome = absl::Status;
  static constexpr Direction kDirection = Direction::kWrite;
  absl::string_view data;
  std::optional<Address> to;

  std::optional<Outcome> operator()(UdpChannel& channel) { return channel.Send(data, to); }
};

struct UdpSendBatch {
  using Outcome = absl::Status;
  static constexpr Direction kDirection = Direction::kWrite;
  absl::Span<const OutgoingDatagram> datagrams;

  std::optional<Outcome> operator()(UdpChannel& channel) { return channel.SendBatch(datagrams); }
};

struct UdpSendSegments {
  using Outcome = absl::Status;
  static constexpr Direction kDirection = Direction::kWrite;
  absl::string_view data;
  size_t size;
  std::optional<Address> to;

  std::optional<Outcome> operator()(UdpChannel& channel) {
    return channel.SendSegments(data, size, to);
  }
};

// Awaits what one of them returns.
template <typename Call>
class UdpOperation final : public SocketOperation {
 public:
  using Outcome = typename Call::Outcome;

  UdpOperation(UdpChannel& channel, Call call)
      : SocketOperation(channel, Call::kDirection), channel_(channel), call_(std::move(call)) {}

  Outcome await_resume() { return std::move(outcome_); }

 private:
  bool Try() override {
    std::optional<Outcome> outcome = call_(channel_);
    if (!outcome.has_value()) return false;
    outcome_ = *std::move(outcome);
    return true;
  }
  void Fail(absl::Status status) override { outcome_ = std::move(status); }
  absl::string_view name() const override {
    return Call::kDirection == Direction::kRead ? "receive on" : "send on";
  }

  UdpChannel& channel_;
  Call call_;
  Outcome outcome_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_UDP_OPERATIONS_H_
