#include "plugins/net/tls_channel.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/address.h"
#include "plugins/net/tls_error.h"

namespace rondo::net::internal {
namespace {

// The most that a record carries.
constexpr size_t kRecord = 16384;

// Whom the certificate must be for, and which one of its own the server is asked for.
void Expect(SSL* ssl, const std::string& server_name, bool verifies) {
  X509_VERIFY_PARAM* const parameters = SSL_get0_param(ssl);
  if (Address::FromIp(server_name).ok()) {
    if (verifies) CHECK_EQ(X509_VERIFY_PARAM_set1_ip_asc(parameters, server_name.c_str()), 1);
    return;
  }
  SSL_set_tlsext_host_name(ssl, server_name.c_str());
  if (!verifies) return;
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  CHECK_EQ(X509_VERIFY_PARAM_set1_host(parameters, server_name.data(), server_name.size()), 1);
}

}  // namespace

void FreeTls::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsChannel::TlsChannel(ConnectionPtr connection, ssl_ctx_st* context, HandshakeGate& gate)
    : gate_(gate), connection_(std::move(connection)), ssl_(SSL_new(context)) {
  BIO* const bio = BIO_new(Method());
  CHECK(ssl_ != nullptr && bio != nullptr) << "no memory";
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
}

TlsChannel::TlsChannel(ConnectionPtr connection, std::shared_ptr<TlsServerContext> context)
    : TlsChannel(std::move(connection), context->context(), context->gate()) {
  server_ = std::move(context);
  SSL_set_accept_state(ssl_.get());
}

TlsChannel::TlsChannel(ConnectionPtr connection, std::shared_ptr<TlsClientContext> context,
                       const std::string& server_name, std::string session_key)
    : TlsChannel(std::move(connection), context->context(), context->gate()) {
  client_ = std::move(context);
  server_name_ = server_name;
  session_key_ = std::move(session_key);
  SSL_set_connect_state(ssl_.get());
  Expect(ssl_.get(), server_name, client_->verifies());
  if (const TlsSessionPtr session = client_->TakeSession(session_key_); session != nullptr) {
    SSL_set_session(ssl_.get(), session.get());
    // Tickets of TLS 1.3 are used once, so that nobody can tell that two connections belong
    // together; of those of 1.2 there may be no other.
    if (SSL_SESSION_get_protocol_version(session.get()) < TLS1_3_VERSION) {
      SSL_SESSION_up_ref(session.get());
      client_->KeepSession(session_key_, TlsSessionPtr(session.get()));
    }
  }
}

TlsChannel::~TlsChannel() {
  Close();
  WaitFor(Direction::kWrite);
}

const bio_method_st* TlsChannel::Method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "rondo connection");
    CHECK(made != nullptr) << "no memory";
    BIO_meth_set_read(made, &BioRead);
    BIO_meth_set_write(made, &BioWrite);
    BIO_meth_set_ctrl(made, &BioControl);
    return made;
  }();
  return method;
}

int TlsChannel::BioRead(bio_st* bio, char* data, int size) {
  auto& self = *static_cast<TlsChannel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const int64_t received = self.connection_->Receive(data, static_cast<size_t>(size));
  if (received == 0) self.connection_ended_ = true;
  if (received >= 0) return static_cast<int>(received);
  if (received == kBlocked) {
    BIO_set_retry_read(bio);
  } else if (self.failure_.ok()) {
    self.failure_ = self.connection_->receive_status();
  }
  return -1;
}

int TlsChannel::BioWrite(bio_st* bio, const char* data, int size) {
  auto& self = *static_cast<TlsChannel*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  absl::string_view left(data, static_cast<size_t>(size));
  while (!left.empty() && self.kept_.empty()) {
    const int64_t sent = self.connection_->Send(left.data(), left.size());
    if (sent == kBlocked) break;
    if (sent == kFailed) {
      if (self.failure_.ok()) self.failure_ = self.connection_->send_status();
      return -1;
    }
    left.remove_prefix(static_cast<size_t>(sent));
  }
  self.kept_.append(left);
  return size;
}

long TlsChannel::BioControl(bio_st* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) {
    return static_cast<TlsChannel*>(BIO_get_data(bio))->connection_ended_ ? 1 : 0;
  }
  return 0;
}

int64_t TlsChannel::Handshake() {
  if (!failure_.ok()) return kFailed;
  if (!gate_.Admit(connection_->loop())) {
    connection_->ServeLater();
    return kBlocked;
  }
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  FlushLater();
  if (result == 1) {
    handshake_done_ = true;
    return 0;
  }
  return Failed(result, "tls handshake with");
}

int64_t TlsChannel::Receive(char* data, size_t size) {
  if (closed() || end_reported_ || !failure_.ok()) return kFailed;
  ERR_clear_error();
  const int result = SSL_read(ssl_.get(), data, static_cast<int>(std::min<size_t>(size, 1 << 30)));
  FlushLater();
  return result > 0 ? result : Failed(result, "read");
}

int64_t TlsChannel::Send(const char* data, size_t size) {
  if (closed() || shut_down_ || !failure_.ok()) return kFailed;
  if (const int64_t flushed = Flush(); flushed != 0) return flushed;
  ERR_clear_error();
  const int result = SSL_write(ssl_.get(), data, static_cast<int>(std::min(size, kRecord)));
  FlushLater();
  return result > 0 ? result : Failed(result, "write");
}

// Small pieces share a record.
int64_t TlsChannel::SendParts(absl::Span<const absl::string_view> parts, size_t offset) {
  const absl::string_view first = parts[0].substr(offset);
  if (parts.size() == 1 || first.size() >= kRecord) return Send(first.data(), first.size());
  char record[kRecord];
  size_t size = 0;
  for (absl::string_view part : parts) {
    if (size == 0) part.remove_prefix(offset);
    const size_t piece = std::min(part.size(), kRecord - size);
    std::memcpy(record + size, part.data(), piece);
    size += piece;
    if (size == kRecord) break;
  }
  return Send(record, size);
}

int64_t TlsChannel::Flush() {
  while (kept_begin_ < kept_.size()) {
    const int64_t sent = connection_->Send(kept_.data() + kept_begin_, kept_.size() - kept_begin_);
    if (sent == kBlocked) return kBlocked;
    if (sent == kFailed) {
      if (failure_.ok()) failure_ = connection_->send_status();
      return kFailed;
    }
    kept_begin_ += static_cast<size_t>(sent);
  }
  kept_begin_ = 0;
  std::string().swap(kept_);
  return 0;
}

void TlsChannel::FlushLater() {
  if (kept_.empty() || connection_->closed()) return;
  if (connection_->waiter(Direction::kWrite) != nullptr || Flush() != kBlocked) return;
  connection_->SetWaiter(Direction::kWrite, &flusher_);
}

void TlsChannel::Flusher::OnReady(Socket& socket) {
  if (channel_.Flush() == kBlocked) return;
  socket.SetWaiter(Direction::kWrite, nullptr);
}

void TlsChannel::Flusher::OnClosed(Socket& socket) { socket.SetWaiter(Direction::kWrite, nullptr); }

int64_t TlsChannel::Failed(int result, absl::string_view operation) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return kBlocked;
    case SSL_ERROR_ZERO_RETURN:
      end_reported_ = true;
      return 0;
    default:
      // The connection's own trouble is told as such.
      if (failure_.ok()) failure_ = TlsError(ssl_.get(), handshake_done_, operation, Subject());
      ERR_clear_error();
      return kFailed;
  }
}

absl::Status TlsChannel::receive_status() const {
  if (closed()) return FailedPrecondition("read", "the stream is closed");
  if (!failure_.ok()) return failure_;
  return absl::OutOfRangeError(
      absl::StrCat("read ", Subject(), ": its end has been reported before"));
}

absl::Status TlsChannel::send_status() const {
  if (closed()) return FailedPrecondition("write", "the stream is closed");
  if (!failure_.ok()) return failure_;
  return FailedPrecondition("write", "the stream is shut down for writing");
}

Socket& TlsChannel::WaitFor(Direction d) {
  if (d == Direction::kWrite && connection_->waiter(d) == &flusher_) {
    connection_->SetWaiter(d, nullptr);
  }
  return *connection_;
}

absl::Status TlsChannel::ShutdownWrite() {
  if (closed()) return FailedPrecondition("shut down", "the stream is closed");
  if (!failure_.ok()) return failure_;
  if (shut_down_) return absl::OkStatus();
  shut_down_ = true;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
  FlushLater();
  connection_->ServeLater();  // For a writer that waits, and must not.
  return absl::OkStatus();
}

void TlsChannel::Close() {
  if (closed()) return;
  if (handshake_done_ && failure_.ok()) {
    if (!shut_down_) SSL_shutdown(ssl_.get());
    ERR_clear_error();
    Flush();
    // Otherwise OpenSSL takes the session for a broken one, that nobody may resume.
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
  connection_->Close();
}

void TlsChannel::Reset() { connection_->Reset(); }

void TlsChannel::KeepSession(TlsSessionPtr session) {
  if (client_ != nullptr) client_->KeepSession(session_key_, std::move(session));
}

std::string TlsChannel::Subject() const {
  const std::string peer = connection_->Subject();
  return server_name_.empty() ? peer : absl::StrCat(server_name_, " (", peer, ")");
}

absl::Status TlsChannel::FailedPrecondition(absl::string_view operation,
                                            absl::string_view why) const {
  return absl::FailedPreconditionError(absl::StrCat(operation, " ", Subject(), ": ", why));
}

}  // namespace rondo::net::internal
