// TLS on a connection. Internal, but for being in tls_stream.h.
#ifndef RONDO_PLUGINS_NET_TLS_CHANNEL_H_
#define RONDO_PLUGINS_NET_TLS_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/connection.h"
#include "plugins/net/socket.h"
#include "plugins/net/stream_operations.h"
#include "plugins/net/tls_context.h"

struct ssl_st;
struct bio_st;
struct bio_method_st;

namespace rondo::net::internal {

struct FreeTls {
  void operator()(ssl_st* ssl) const;
};

// Encrypts and decrypts, as a channel of stream_operations.h.
//
// OpenSSL reads from the connection directly. What it writes and the kernel does not take is kept
// here, so that for OpenSSL writing always succeeds: then reading waits only for data to read, and
// writing only for room, whatever the protocol has to say in between. Nothing is encrypted while
// something is kept, which therefore is one record or two.
//
// Loop thread only. Owns the connection.
class TlsChannel {
 public:
  // Of a server, and of a client of the server that `session_key` stands for.
  TlsChannel(ConnectionPtr connection, std::shared_ptr<TlsServerContext> context);
  TlsChannel(ConnectionPtr connection, std::shared_ptr<TlsClientContext> context,
             const std::string& server_name, std::string session_key);
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;
  ~TlsChannel();

  // Goes on with the handshake: 0 when it is done, kBlocked, or kFailed: see receive_status().
  int64_t Handshake();

  int64_t Receive(char* data, size_t size);
  int64_t Send(const char* data, size_t size);
  int64_t SendParts(absl::Span<const absl::string_view> parts, size_t offset);
  int64_t Flush();
  absl::Status receive_status() const;
  absl::Status send_status() const;
  Socket& WaitFor(Direction d);
  template <typename F>
  void SetCallback(Direction d, F f) {
    Socket& socket = WaitFor(d);
    if (d == Direction::kRead) return socket.SetCallback(d, std::move(f));
    socket.SetCallback(d, [this, f = std::move(f)]() mutable {
      Flush();
      f();
    });
  }
  absl::Status ShutdownWrite();
  void Close();
  void Reset();
  bool closed() const { return connection_->closed(); }

  // For the callback of OpenSSL.
  void KeepSession(TlsSessionPtr session);

  ssl_st* ssl() const { return ssl_.get(); }
  Connection& connection() const { return *connection_; }
  Loop& loop() const { return connection_->loop(); }
  // The server's name, if it has one, and the address.
  std::string Subject() const;

 private:
  // Sends what is kept while nobody else waits for room.
  class Flusher final : public Waiter {
   public:
    explicit Flusher(TlsChannel& channel) : channel_(channel) {}
    void OnReady(Socket& socket) override;
    void OnClosed(Socket& socket) override;
    void OnGone() override {}

   private:
    TlsChannel& channel_;
  };

  TlsChannel(ConnectionPtr connection, ssl_ctx_st* context, HandshakeGate& gate);

  static const bio_method_st* Method();
  static int BioRead(bio_st* bio, char* data, int size);
  static int BioWrite(bio_st* bio, const char* data, int size);
  static long BioControl(bio_st* bio, int command, long number, void* pointer);

  // What a call of OpenSSL that gave no byte means.
  int64_t Failed(int result, absl::string_view operation);
  // What is kept must go out though nobody may come and write.
  void FlushLater();
  absl::Status FailedPrecondition(absl::string_view operation, absl::string_view why) const;

  std::shared_ptr<TlsServerContext> server_;
  std::shared_ptr<TlsClientContext> client_;
  HandshakeGate& gate_;
  std::string server_name_;
  std::string session_key_;
  ConnectionPtr connection_;
  std::unique_ptr<ssl_st, FreeTls> ssl_;
  std::string kept_;
  size_t kept_begin_ = 0;
  Flusher flusher_{*this};
  bool handshake_done_ = false;
  bool connection_ended_ = false;  // Without a word, unless one came before.
  bool end_reported_ = false;
  bool shut_down_ = false;
  absl::Status failure_;  // What went wrong, for good.
};

}  // namespace rondo::net::internal

#endif  // RONDO_PLUGINS_NET_TLS_CHANNEL_H_
