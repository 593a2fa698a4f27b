// A channel of any type. Internal, but for being in stream.h.
#ifndef RONDO_PLUGINS_NET_ANY_CHANNEL_H_
#define RONDO_PLUGINS_NET_ANY_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/socket.h"
#include "runtime/loop.h"

namespace rondo::net::internal {

// As a channel of stream_operations.h, by virtual calls.
class AnyChannel {
 public:
  AnyChannel() = default;
  AnyChannel(const AnyChannel&) = delete;
  AnyChannel& operator=(const AnyChannel&) = delete;
  virtual ~AnyChannel() = default;

  virtual int64_t Receive(char* data, size_t size) = 0;
  virtual int64_t Send(const char* data, size_t size) = 0;
  virtual int64_t SendParts(absl::Span<const absl::string_view> parts, size_t offset) = 0;
  virtual int64_t Flush() = 0;
  virtual absl::Status receive_status() const = 0;
  virtual absl::Status send_status() const = 0;
  virtual Socket& WaitFor(Direction d) = 0;
  virtual Loop& loop() const = 0;
  virtual void SetCallback(Direction d, absl::AnyInvocable<void()> f) = 0;
  virtual absl::Status ShutdownWrite() = 0;
  virtual void Close() = 0;
  virtual void Reset() = 0;
  virtual bool closed() const = 0;
};

// That which `Owner` owns.
template <typename Owner>
class AnyChannelOf final : public AnyChannel {
 public:
  explicit AnyChannelOf(Owner channel) : channel_(std::move(channel)) {}

  int64_t Receive(char* data, size_t size) override { return channel_->Receive(data, size); }
  int64_t Send(const char* data, size_t size) override { return channel_->Send(data, size); }
  int64_t SendParts(absl::Span<const absl::string_view> parts, size_t offset) override {
    return channel_->SendParts(parts, offset);
  }
  int64_t Flush() override { return channel_->Flush(); }
  absl::Status receive_status() const override { return channel_->receive_status(); }
  absl::Status send_status() const override { return channel_->send_status(); }
  Socket& WaitFor(Direction d) override { return channel_->WaitFor(d); }
  Loop& loop() const override { return channel_->loop(); }
  void SetCallback(Direction d, absl::AnyInvocable<void()> f) override {
    channel_->SetCallback(d, std::move(f));
  }
  absl::Status ShutdownWrite() override { return channel_->ShutdownWrite(); }
  void Close() override { channel_->Close(); }
  void Reset() override { channel_->Reset(); }
  bool closed() const override { return channel_->closed(); }

 private:
  Owner channel_;
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_ANY_CHANNEL_H_
