// A stream of any type.
#ifndef RONDO_PLUGINS_NET_STREAM_H_
#define RONDO_PLUGINS_NET_STREAM_H_

#include <concepts>
#include <memory>
#include <utility>

#include "plugins/net/any_channel.h"
#include "plugins/net/basic_stream.h"

namespace rondo::net {

// For code that does not care what it reads and writes: holds a TcpStream, a UnixStream, a
// TlsStream or a PipeStream, and does what they have in common (BasicStream), by virtual calls and
// with one allocation when it is made. Where the type is known, a template or the type itself is
// cheaper.
//
//   Task<absl::Status> Greet(net::Stream stream) { co_return co_await stream.Write("hello\n"); }
//
//   co_await Greet(net::Stream(std::move(tcp_stream)));
class Stream : public internal::BasicStream<internal::AnyChannel> {
 public:
  template <typename S>
    requires(!std::same_as<S, Stream>)
  explicit Stream(S stream) : BasicStream(Wrap(std::move(stream).TakeChannel())) {}

 private:
  template <typename Owner>
  static std::unique_ptr<internal::AnyChannel> Wrap(Owner channel) {
    return std::make_unique<internal::AnyChannelOf<Owner>>(std::move(channel));
  }
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_STREAM_H_
