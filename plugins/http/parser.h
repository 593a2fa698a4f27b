// Bytes to messages.
#ifndef RONDO_PLUGINS_HTTP_PARSER_H_
#define RONDO_PLUGINS_HTTP_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "llhttp.h"
#include "plugins/http/framing_guard.h"
#include "plugins/http/headers.h"
#include "plugins/http/message.h"

namespace rondo::http {
namespace internal {

// What the two parsers have in common: llhttp, the guard that looks over its shoulder, the limits,
// and the parts of a message as they come. Not movable, as llhttp knows its address.
class Parser {
 public:
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // Takes what comes next, in pieces of any size, and returns how much of it belongs to this
  // message: less than all when the message is complete.
  // Errors, which are final: DATA_LOSS (malformed), RESOURCE_EXHAUSTED (over a limit),
  // UNIMPLEMENTED (well-formed, but not to be had here).
  absl::StatusOr<size_t> Parse(absl::string_view data);

  // The message is whole: take it before the next Parse.
  bool done() const { return done_; }
  // Nothing of a message has come.
  bool idle() const { return !begun_; }
  bool headers_done() const { return headers_done_; }

 protected:
  Parser(llhttp_type_t type, const Limits& limits);
  ~Parser() = default;

  // Gets ready for the next message.
  void Reset();

  const llhttp_t& state() const { return state_; }
  llhttp_t& state() { return state_; }
  const FramingGuard& guard() const { return guard_; }

  // Why parsing stopped; OK while it has not.
  const absl::Status& status() const { return status_; }
  // That the connection was closed in the middle of the message, and where.
  absl::Status ClosedEarly() const;

  std::string start_;  // The target or the reason.
  Headers headers_;
  std::string body_;
  bool done_ = false;

 private:
  struct Callbacks;
  friend struct Callbacks;

  // Whether the headers make sense, once they are complete.
  virtual absl::Status CheckHeaders() = 0;
  // Whether another message of the same kind follows before the one that counts.
  virtual bool interim() const { return false; }

  bool Fail(absl::Status status);
  absl::Status Malformed(llhttp_errno_t error) const;
  // What was not body is shown to the guard, up to `end`.
  bool Guard(const char* end);
  void AddField();
  bool HeadersComplete();
  absl::Status CheckFraming() const;
  bool AddBody(absl::string_view data);
  // Forgets the parts of the message.
  void Clear();

  const uint64_t max_body_bytes_;
  llhttp_t state_;
  absl::Status status_;
  bool begun_ = false;
  bool headers_done_ = false;
  FramingGuard guard_;
  const char* unguarded_ = nullptr;  // Within Parse: what the guard is to see next.
  int64_t content_length_ = -1;      // Of the body; -1 when it was not announced.
  std::string name_;                 // The header field that is coming.
  std::string value_;
};

}  // namespace internal

// Reads responses. Interim ones (100 to 199) are passed over. UNIMPLEMENTED are transfer codings
// other than chunked.
//
// Not thread-safe. Reads untrusted bytes.
//
//   http::ResponseParser parser(limits);
//   while (!parser.done()) {
//     ... = parser.Parse(read);           // and at the end of the stream parser.Finish()
//   }
//   http::Response response = parser.Take();
class ResponseParser final : public internal::Parser {
 public:
  explicit ResponseParser(const Limits& limits) : Parser(HTTP_RESPONSE, limits) {}

  // The server has closed the connection, which is how some bodies end.
  // Errors: UNAVAILABLE with what is missing, DATA_LOSS.
  absl::Status Finish();

  // REQUIRES: done().
  Response Take();

 private:
  absl::Status CheckHeaders() override;
  bool interim() const override { return state().status_code / 100 == 1; }
};

// Reads requests, one after the other: the bytes behind a request belong to the next.
//
// Stricter than it has to be where two readings of a request are possible, which is what request
// smuggling lives on. Malformed is, beside what llhttp does not take: a line that ends in anything
// but CRLF or goes on in the next, a start line with another protocol, another version or one
// space too many, a transfer coding together with a length, with HTTP/1.0, twice, or without
// "chunked" at its end, no Host, two or one that is no host. UNIMPLEMENTED are other transfer
// codings, and CONNECT.
//
// Not thread-safe. Reads untrusted bytes.
//
//   http::RequestParser parser(limits);
//   absl::StatusOr<size_t> used = parser.Parse(read);
//   if (used.ok() && parser.done()) Handle(parser.Take());
class RequestParser final : public internal::Parser {
 public:
  explicit RequestParser(const Limits& limits) : Parser(HTTP_REQUEST, limits) {}

  // Whether the client sends the body only when it is told to go on.
  bool expects_continue() const {
    return headers_done() && !done() && headers_.HasToken("Expect", "100-continue");
  }

  // Whether the request that is done is of HTTP/1.0.
  bool http_1_0() const { return state().http_minor == 0; }

  // REQUIRES: done().
  Request Take();

 private:
  absl::Status CheckHeaders() override;
  absl::Status CheckStartLine() const;
  absl::string_view method() const;

  bool keep_alive_ = true;
};

}  // namespace rondo::http

#endif  // RONDO_PLUGINS_HTTP_PARSER_H_
