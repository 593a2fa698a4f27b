// Datagrams, several at once.
#ifndef RONDO_PLUGINS_NET_UDP_BATCH_H_
#define RONDO_PLUGINS_NET_UDP_BATCH_H_

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/address.h"

namespace rondo::net {

namespace internal {
class UdpChannel;
}

// One that was received.
struct Datagram {
  absl::string_view data;
  Address from;
  // It was longer than the buffer, and what did not fit is lost.
  bool truncated = false;
  // 0, or, when the kernel has put several datagrams of one sender into one buffer (see
  // UdpSocket::SetReceiveOffload): the size of each of them, but that the last may be shorter.
  size_t segment_size = 0;
};

// One that is to be sent.
struct OutgoingDatagram {
  absl::string_view data;
  Address to;
};

// Room for datagrams to be received together, and those that were. Keep it: it is made once and
// used again and again.
//
// Not thread-safe. Owns the buffers.
//
//   net::UdpBatch batch(32, 2048);
//   absl::StatusOr<size_t> count = co_await socket.ReceiveBatch(batch);
//   for (const net::Datagram& datagram : batch.datagrams()) ...
class UdpBatch {
 public:
  // REQUIRES: neither is 0.
  UdpBatch(size_t count, size_t size);

  // What the last call brought; valid until the next.
  absl::Span<const Datagram> datagrams() const { return datagrams_; }
  size_t capacity() const { return messages_.size(); }

 private:
  friend class internal::UdpChannel;

  struct Slot {
    sockaddr_storage from;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    iovec piece;
  };

  // What the kernel is given; its answers change it.
  mmsghdr* Prepare();
  void Received(size_t count);

  const size_t size_;
  const std::unique_ptr<char[]> bytes_;
  std::vector<Slot> slots_;
  std::vector<mmsghdr> messages_;
  std::vector<Datagram> datagrams_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_UDP_BATCH_H_
