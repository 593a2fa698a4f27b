// What TLS connections of one kind have in common: certificates, who is trusted, protocols.
#ifndef RONDO_PLUGINS_NET_TLS_CONTEXT_H_
#define RONDO_PLUGINS_NET_TLS_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace rondo {
class Loop;
}

namespace rondo::net {
namespace internal {

struct FreeTlsContext {
  void operator()(ssl_ctx_st* context) const;
};
using TlsContextPtr = std::unique_ptr<ssl_ctx_st, FreeTlsContext>;

struct FreeTlsSession {
  void operator()(ssl_session_st* session) const;
};
using TlsSessionPtr = std::unique_ptr<ssl_session_st, FreeTlsSession>;

// Admits a number of steps of handshakes, which are costly, in one turn of a loop: those of all
// contexts together.
class HandshakeGate {
 public:
  explicit HandshakeGate(int per_turn) : per_turn_(per_turn) {}

  bool Admit(const Loop& loop);

 private:
  const int per_turn_;
};

}  // namespace internal

// A certificate with those that lead to a root, leaf first, and its key, both as PEM.
struct TlsCertificate {
  std::string chain_pem = {};
  std::string key_pem = {};
};

enum class ClientCertificate : uint8_t { kNone, kOptional, kRequired };

struct TlsServerOptions {
  TlsCertificate certificate = {};
  // For clients that ask for one of these names (SNI), instead of the one above.
  std::map<std::string, TlsCertificate> by_name = {};
  // The protocols that are spoken, the best first (ALPN). A client that knows none of them is
  // refused, one that names none is not.
  std::vector<std::string> alpn = {};
  // Whether clients show a certificate, which one of these authorities has signed.
  ClientCertificate client_certificate = ClientCertificate::kNone;
  std::string client_ca_pem = {};
  // When not empty, a client's certificate and its authorities must be on no list.
  std::string revocation_lists_pem = {};
  // How many steps of handshakes a turn of the loop may have done, those of other contexts
  // included, for this one to do another: so that a storm of clients leaves time for the rest.
  int handshakes_per_turn = 16;
};

struct TlsClientOptions {
  std::string ca_pem = {};  // Who is trusted; empty: whom this host trusts.
  // When not empty, the server's certificate and its authorities must be on no list.
  std::string revocation_lists_pem = {};
  // Takes any certificate for any name: nothing is secure then. For tests.
  bool insecure_skip_verification = false;
  TlsCertificate certificate = {};  // Shown when the server asks; empty: none is.
  std::vector<std::string> alpn = {};
  int handshakes_per_turn = 16;
};

// Errors of Create and Reload: INVALID_ARGUMENT (not PEM, a key that does not fit its certificate,
// a protocol name that is empty or too long). No message has a key in it.
//
// TLS 1.2 and 1.3 are spoken, and of 1.2 only what has forward secrecy and authenticated
// encryption. Contexts belong to the loop thread, and are shared by the streams that were made with
// them.

class TlsServerContext {
 public:
  static absl::StatusOr<std::shared_ptr<TlsServerContext>> Create(const TlsServerOptions& options);

  // Uses these options, but for handshakes_per_turn, for handshakes that begin from now on;
  // connections go on as they are. After an error nothing has changed. Clients that come back must
  // do a full handshake once.
  absl::Status Reload(const TlsServerOptions& options);

  // For the plugin.
  ssl_ctx_st* context() const { return context_.get(); }
  internal::HandshakeGate& gate() { return gate_; }

 private:
  TlsServerContext(internal::TlsContextPtr context, int handshakes_per_turn)
      : context_(std::move(context)), gate_(handshakes_per_turn) {}

  internal::TlsContextPtr context_;
  internal::HandshakeGate gate_;
};

class TlsClientContext {
 public:
  static absl::StatusOr<std::shared_ptr<TlsClientContext>> Create(const TlsClientOptions& options);

  // For the plugin.
  ssl_ctx_st* context() const { return context_.get(); }
  internal::HandshakeGate& gate() { return gate_; }
  bool verifies() const { return verifies_; }
  // Sessions to resume, by server.
  void KeepSession(const std::string& server, internal::TlsSessionPtr session);
  internal::TlsSessionPtr TakeSession(const std::string& server);

 private:
  // Which is far more than the servers that one client talks to.
  static constexpr size_t kMaxSessions = 1024;

  TlsClientContext(internal::TlsContextPtr context, const TlsClientOptions& options)
      : context_(std::move(context)),
        gate_(options.handshakes_per_turn),
        verifies_(!options.insecure_skip_verification) {}

  const internal::TlsContextPtr context_;
  internal::HandshakeGate gate_;
  const bool verifies_;
  absl::flat_hash_map<std::string, internal::TlsSessionPtr> sessions_;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_TLS_CONTEXT_H_
