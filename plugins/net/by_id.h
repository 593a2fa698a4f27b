// The task kinds that use what others have made: who calls by name knows it by its id.
#ifndef RONDO_PLUGINS_NET_BY_ID_H_
#define RONDO_PLUGINS_NET_BY_ID_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/net/address.h"
#include "plugins/net/tcp_listener.h"
#include "plugins/net/tcp_stream.h"
#include "plugins/net/tls_stream.h"
#include "plugins/net/udp_socket.h"
#include "plugins/net/unix_listener.h"
#include "plugins/net/unix_stream.h"
#include "runtime/fields.h"
#include "runtime/resource.h"

// With the object itself at hand its own functions cost less: these are made for
//
//   $ rondo call net.connect host=example.org port=80       # yields net.tcp_stream#1
//   $ rondo call net.write_tcp stream=net.tcp_stream#1 data=...
//
// Errors besides those of the functions: INVALID_ARGUMENT (no object is given, or it is closed).
namespace rondo::net {

// Each type of streams has its kinds.
template <typename S>
struct StreamKindNames;
template <>
struct StreamKindNames<TcpStream> {
  static constexpr absl::string_view kRead = "net.read_tcp";
  static constexpr absl::string_view kWrite = "net.write_tcp";
  static constexpr absl::string_view kShutdownWrite = "net.shutdown_write_tcp";
};
template <>
struct StreamKindNames<UnixStream> {
  static constexpr absl::string_view kRead = "net.read_unix";
  static constexpr absl::string_view kWrite = "net.write_unix";
  static constexpr absl::string_view kShutdownWrite = "net.shutdown_write_unix";
};
template <>
struct StreamKindNames<TlsStream> {
  static constexpr absl::string_view kRead = "net.read_tls";
  static constexpr absl::string_view kWrite = "net.write_tls";
  static constexpr absl::string_view kShutdownWrite = "net.shutdown_write_tls";
};

// Reads what there is, at least a byte; "" at the end.
// Errors: INVALID_ARGUMENT (max_bytes is not in 1..1048576).
template <typename S>
struct ReadStream {
  static constexpr absl::string_view kKind = StreamKindNames<S>::kRead;
  using Result = std::string;

  ResourceRef<S> stream = {};
  int64_t max_bytes = 65536;

  void VisitFields(FieldVisitor& visit) {
    visit("stream", stream, {.required = true});
    visit("max_bytes", max_bytes);
  }
};

// Writes all of the data.
template <typename S>
struct WriteStream {
  static constexpr absl::string_view kKind = StreamKindNames<S>::kWrite;
  using Result = void;

  ResourceRef<S> stream = {};
  std::string data = {};

  void VisitFields(FieldVisitor& visit) {
    visit("stream", stream, {.required = true});
    visit("data", data, {.required = true});
  }
};

// Tells the peer that nothing more will be sent.
template <typename S>
struct ShutdownWriteStream {
  static constexpr absl::string_view kKind = StreamKindNames<S>::kShutdownWrite;
  using Result = void;

  ResourceRef<S> stream = {};

  void VisitFields(FieldVisitor& visit) { visit("stream", stream, {.required = true}); }
};

// Waits for the next connection.
struct AcceptTcp {
  static constexpr absl::string_view kKind = "net.accept_tcp";
  using Result = TcpStream;

  ResourceRef<TcpListener> listener = {};

  void VisitFields(FieldVisitor& visit) { visit("listener", listener, {.required = true}); }
};

struct AcceptUnix {
  static constexpr absl::string_view kKind = "net.accept_unix";
  using Result = UnixStream;

  ResourceRef<UnixListener> listener = {};

  void VisitFields(FieldVisitor& visit) { visit("listener", listener, {.required = true}); }
};

// Where a socket or a listener is.
struct LocalAddressOfTcp {
  static constexpr absl::string_view kKind = "net.local_address_of_tcp";
  using Result = Address;

  ResourceRef<TcpListener> listener = {};

  void VisitFields(FieldVisitor& visit) { visit("listener", listener, {.required = true}); }
};

struct LocalAddressOfUdp {
  static constexpr absl::string_view kKind = "net.local_address_of_udp";
  using Result = Address;

  ResourceRef<UdpSocket> socket = {};

  void VisitFields(FieldVisitor& visit) { visit("socket", socket, {.required = true}); }
};

struct SendUdp {
  static constexpr absl::string_view kKind = "net.send_udp";
  using Result = void;

  ResourceRef<UdpSocket> socket = {};
  std::string data = {};
  Address to = {};

  void VisitFields(FieldVisitor& visit) {
    visit("socket", socket, {.required = true});
    visit("data", data, {.required = true});
    visit("to", to, {.required = true});
  }
};

struct ReceivedDatagram {
  std::string data = {};
  Address from = {};

  void VisitFields(FieldVisitor& visit) {
    visit("data", data);
    visit("from", from);
  }
};

// Waits for the next datagram, of any size.
struct ReceiveUdp {
  static constexpr absl::string_view kKind = "net.receive_udp";
  using Result = ReceivedDatagram;

  ResourceRef<UdpSocket> socket = {};

  void VisitFields(FieldVisitor& visit) { visit("socket", socket, {.required = true}); }
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_BY_ID_H_
