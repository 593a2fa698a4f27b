#include "plugins/net/tls_context.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/tls_channel.h"
#include "plugins/net/tls_error.h"
#include "runtime/loop.h"

namespace rondo::net {
namespace internal {

bool HandshakeGate::Admit(const Loop& loop) {
  // What was admitted in this turn: nobody asks for any other, and a thread turns one loop at a
  // time. (One that is turned within another's begins anew.)
  struct Admitted {
    const Loop* loop = nullptr;
    int64_t turn = 0;
    int steps = 0;
  };
  static constinit thread_local Admitted admitted;
  if (admitted.loop != &loop || admitted.turn != loop.turn()) admitted = {&loop, loop.turn(), 0};
  if (admitted.steps >= per_turn_) return false;
  ++admitted.steps;
  return true;
}

namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::unique_ptr<BIO, Free> OpenPem(absl::string_view pem) {
  return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// A key with a password is not asked for one on the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

// Calls `use` with each object of the text that `read` finds. False when there is none, or one that
// makes no sense.
template <typename T, typename Use>
bool ForEachPem(absl::string_view pem, T* (*read)(BIO*, T**, pem_password_cb*, void*), Use use) {
  const std::unique_ptr<BIO, Free> bio = OpenPem(pem);
  int count = 0;
  while (std::unique_ptr<T, Free> object{read(bio.get(), nullptr, &NoPassword, nullptr)}) {
    if (!use(std::move(object))) return false;
    ++count;
  }
  // Every text ends with this error.
  if (count == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return false;
  ERR_clear_error();
  return true;
}

absl::Status SetCertificate(SSL_CTX* context, const TlsCertificate& certificate) {
  ERR_clear_error();
  bool first = true;
  const bool chain = ForEachPem<X509>(certificate.chain_pem, &PEM_read_bio_X509, [&](auto object) {
    if (std::exchange(first, false)) {
      return SSL_CTX_use_certificate(context, object.get()) == 1;
    }
    if (SSL_CTX_add0_chain_cert(context, object.get()) != 1) return false;
    object.release();
    return true;
  });
  if (!chain) return TlsConfigError("the chain of certificates");
  const std::unique_ptr<EVP_PKEY, Free> key(
      PEM_read_bio_PrivateKey(OpenPem(certificate.key_pem).get(), nullptr, &NoPassword, nullptr));
  if (key == nullptr) return TlsConfigError("the private key");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return TlsConfigError("the private key does not fit the certificate");
  }
  return absl::OkStatus();
}

absl::Status SetTrust(SSL_CTX* context, absl::string_view ca_pem, absl::string_view lists_pem) {
  ERR_clear_error();
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  if (ca_pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) return TlsConfigError("the host's trust");
  } else if (!ForEachPem<X509>(ca_pem, &PEM_read_bio_X509, [&](auto object) {
               return X509_STORE_add_cert(store, object.get()) == 1;
             })) {
    return TlsConfigError("the certificates of authorities");
  }
  if (lists_pem.empty()) return absl::OkStatus();
  if (!ForEachPem<X509_CRL>(lists_pem, &PEM_read_bio_X509_CRL, [&](auto object) {
        return X509_STORE_add_crl(store, object.get()) == 1;
      })) {
    return TlsConfigError("the revocation lists");
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return absl::OkStatus();
}

// As it is sent: each name after its length.
absl::StatusOr<std::string> PackAlpn(const std::vector<std::string>& protocols) {
  std::string packed;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) {
      return absl::InvalidArgumentError("tls: the name of a protocol has 1 to 255 bytes");
    }
    absl::StrAppend(&packed, std::string(1, static_cast<char>(protocol.size())), protocol);
  }
  return packed;
}

absl::StatusOr<TlsContextPtr> MakeContext(const SSL_METHOD* method) {
  ERR_clear_error();
  TlsContextPtr context(SSL_CTX_new(method));
  if (context == nullptr) return TlsConfigError("no memory");
  SSL_CTX* const c = context.get();
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  if (SSL_CTX_set_cipher_list(c, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    return TlsConfigError("the ciphers");
  }
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                             SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // One record at a time, from wherever the caller has it; an idle connection keeps no buffer.
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                          SSL_MODE_RELEASE_BUFFERS);
  // The header of a record and the rest of it in one system call.
  SSL_CTX_set_read_ahead(c, 1);
  return context;
}

// What the callbacks of a server's handshakes need; lives as long as their SSL_CTX.
struct ServerState {
  std::string alpn;  // Packed.
  std::map<std::string, TlsContextPtr> by_name;
};

int ServerStateIndex() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* state, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<ServerState*>(state);
      });
  return index;
}

int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* size,
                   const unsigned char* offered, unsigned int offered_size, void* arg) {
  const auto& state = *static_cast<const ServerState*>(arg);
  unsigned char* out = nullptr;
  const int found =
      SSL_select_next_proto(&out, size, reinterpret_cast<const unsigned char*>(state.alpn.data()),
                            static_cast<unsigned>(state.alpn.size()), offered, offered_size);
  *chosen = out;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int ChooseCertificate(SSL* ssl, int*, void* arg) {
  const auto& state = *static_cast<const ServerState*>(arg);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const auto it = state.by_name.find(absl::AsciiStrToLower(name));
  if (it != state.by_name.end()) SSL_set_SSL_CTX(ssl, it->second.get());
  return SSL_TLSEXT_ERR_OK;
}

absl::Status SetClientCertificates(SSL_CTX* context, const TlsServerOptions& options) {
  if (options.client_certificate == ClientCertificate::kNone) return absl::OkStatus();
  if (options.client_ca_pem.empty()) {
    return TlsConfigError("client certificates, and no authority that signs them");
  }
  absl::Status status = SetTrust(context, options.client_ca_pem, options.revocation_lists_pem);
  if (!status.ok()) return status;
  // Clients choose among their certificates by it.
  ForEachPem<X509>(options.client_ca_pem, &PEM_read_bio_X509,
                   [&](auto object) { return SSL_CTX_add_client_CA(context, object.get()) == 1; });
  SSL_CTX_set_verify(context,
                     SSL_VERIFY_PEER | (options.client_certificate == ClientCertificate::kRequired
                                            ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                                            : 0),
                     nullptr);
  return absl::OkStatus();
}

absl::StatusOr<TlsContextPtr> MakeServer(const TlsServerOptions& options) {
  absl::StatusOr<TlsContextPtr> made = MakeContext(TLS_server_method());
  if (!made.ok()) return made;
  SSL_CTX* const context = made->get();
  if (absl::Status s = SetCertificate(context, options.certificate); !s.ok()) return s;
  if (absl::Status s = SetClientCertificates(context, options); !s.ok()) return s;
  // Sessions live in tickets, that only this context can read.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  constexpr unsigned char kId[] = "rondo";
  SSL_CTX_set_session_id_context(context, kId, sizeof(kId));

  auto state = std::make_unique<ServerState>();
  absl::StatusOr<std::string> alpn = PackAlpn(options.alpn);
  if (!alpn.ok()) return alpn.status();
  state->alpn = *std::move(alpn);
  for (const auto& [name, certificate] : options.by_name) {
    absl::StatusOr<TlsContextPtr> other = MakeContext(TLS_server_method());
    if (!other.ok()) return other.status();
    if (absl::Status s = SetCertificate(other->get(), certificate); !s.ok()) {
      return absl::Status(s.code(), absl::StrCat(s.message(), ", for ", name));
    }
    state->by_name.emplace(absl::AsciiStrToLower(name), *std::move(other));
  }
  if (!state->alpn.empty()) SSL_CTX_set_alpn_select_cb(context, &ChooseProtocol, state.get());
  SSL_CTX_set_tlsext_servername_callback(context, &ChooseCertificate);
  SSL_CTX_set_tlsext_servername_arg(context, state.get());
  SSL_CTX_set_ex_data(context, ServerStateIndex(), state.release());
  return made;
}

absl::StatusOr<TlsContextPtr> MakeClient(const TlsClientOptions& options) {
  absl::StatusOr<TlsContextPtr> made = MakeContext(TLS_client_method());
  if (!made.ok()) return made;
  SSL_CTX* const context = made->get();
  if (!options.insecure_skip_verification) {
    absl::Status s = SetTrust(context, options.ca_pem, options.revocation_lists_pem);
    if (!s.ok()) return s;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  if (!options.certificate.chain_pem.empty()) {
    if (absl::Status s = SetCertificate(context, options.certificate); !s.ok()) return s;
  }
  absl::StatusOr<std::string> alpn = PackAlpn(options.alpn);
  if (!alpn.ok()) return alpn.status();
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(alpn->data()),
                          static_cast<unsigned>(alpn->size()));
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, [](SSL* ssl, SSL_SESSION* session) {
    static_cast<TlsChannel*>(SSL_get_app_data(ssl))->KeepSession(TlsSessionPtr(session));
    return 1;  // It is ours now.
  });
  return made;
}

}  // namespace

void FreeTlsContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void FreeTlsSession::operator()(ssl_session_st* session) const { SSL_SESSION_free(session); }

}  // namespace internal

absl::StatusOr<std::shared_ptr<TlsServerContext>> TlsServerContext::Create(
    const TlsServerOptions& options) {
  if (options.handshakes_per_turn < 1) {
    return absl::InvalidArgumentError("tls: handshakes_per_turn is not positive");
  }
  absl::StatusOr<internal::TlsContextPtr> context = internal::MakeServer(options);
  if (!context.ok()) return context.status();
  return std::shared_ptr<TlsServerContext>(
      new TlsServerContext(*std::move(context), options.handshakes_per_turn));
}

absl::Status TlsServerContext::Reload(const TlsServerOptions& options) {
  absl::StatusOr<internal::TlsContextPtr> context = internal::MakeServer(options);
  if (!context.ok()) return context.status();
  context_ = *std::move(context);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<TlsClientContext>> TlsClientContext::Create(
    const TlsClientOptions& options) {
  if (options.handshakes_per_turn < 1) {
    return absl::InvalidArgumentError("tls: handshakes_per_turn is not positive");
  }
  absl::StatusOr<internal::TlsContextPtr> context = internal::MakeClient(options);
  if (!context.ok()) return context.status();
  return std::shared_ptr<TlsClientContext>(new TlsClientContext(*std::move(context), options));
}

void TlsClientContext::KeepSession(const std::string& server, internal::TlsSessionPtr session) {
  if (sessions_.size() >= kMaxSessions && !sessions_.contains(server)) {
    sessions_.erase(sessions_.begin());
  }
  sessions_[server] = std::move(session);
}

internal::TlsSessionPtr TlsClientContext::TakeSession(const std::string& server) {
  const auto it = sessions_.find(server);
  if (it == sessions_.end()) return nullptr;
  internal::TlsSessionPtr session = std::move(it->second);
  sessions_.erase(it);
  return session;
}

}  // namespace rondo::net
