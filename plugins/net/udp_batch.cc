#include "plugins/net/udp_batch.h"

#include "absl/log/check.h"
#include "plugins/net/udp_message.h"

namespace rondo::net {

UdpBatch::UdpBatch(size_t count, size_t size)
    : size_(size), bytes_(new char[count * size]), slots_(count), messages_(count) {
  CHECK(count > 0 && size > 0);
  datagrams_.reserve(count);
}

mmsghdr* UdpBatch::Prepare() {
  datagrams_.clear();
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    slot.piece = {.iov_base = &bytes_[i * size_], .iov_len = size_};
    messages_[i] = {};
    msghdr& message = messages_[i].msg_hdr;
    message.msg_name = &slot.from;
    message.msg_namelen = sizeof(slot.from);
    message.msg_iov = &slot.piece;
    message.msg_iovlen = 1;
    message.msg_control = slot.control;
    message.msg_controllen = sizeof(slot.control);
  }
  return messages_.data();
}

void UdpBatch::Received(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    datagrams_.push_back(internal::ToDatagram(
        messages_[i].msg_hdr, absl::string_view(&bytes_[i * size_], messages_[i].msg_len)));
  }
}

}  // namespace rondo::net
