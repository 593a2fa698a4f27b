// A TLS connection.
#ifndef RONDO_PLUGINS_NET_TLS_STREAM_H_
#define RONDO_PLUGINS_NET_TLS_STREAM_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/net/address.h"
#include "plugins/net/basic_stream.h"
#include "plugins/net/tls_channel.h"

namespace rondo::net {

// A connection after its handshake, from net::ConnectTls, StartTlsClient or StartTlsServer. What it
// can do, and its threads, ownership and errors, are those of every stream: see BasicStream.
//
// ShutdownWrite and Close say goodbye (close_notify). A peer that ends the connection without doing
// so makes Read fail with DATA_LOSS: somebody may have cut something off. After TryWrite, Close may
// lose the last 16 kB when the kernel has not taken them; Write waits for it.
class TlsStream : public internal::BasicStream<internal::TlsChannel> {
 public:
  static constexpr absl::string_view kResource = "net.tls_stream";

  using BasicStream::BasicStream;

  // "TLSv1.3".
  std::string version() const;
  // "TLS_AES_256_GCM_SHA384".
  std::string cipher() const;
  // What was agreed on (ALPN); empty: nothing.
  std::string protocol() const;
  // Whether it went on with an earlier session, without certificates.
  bool resumed() const;
  // The name that the client asked for (SNI); empty: none.
  std::string server_name() const;
  // The peer's certificate as PEM, and its subject as RFC 2253 writes it; empty: it showed none.
  std::string peer_certificate_pem() const;
  std::string peer_subject() const;

  const Address& peer_address() const { return channel_->connection().address(); }
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_TLS_STREAM_H_
