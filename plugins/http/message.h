// What client and server say to one another.
#ifndef RONDO_PLUGINS_HTTP_MESSAGE_H_
#define RONDO_PLUGINS_HTTP_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/http/headers.h"
#include "runtime/fields.h"

namespace rondo::http {

// What a server is asked. The body is whole, without the chunks it may have come in.
struct Request {
  std::string method;  // "GET".
  std::string target;  // As it was sent: path and query.
  Headers headers = {};
  std::string body = {};
  bool keep_alive = true;  // Whether the client can use the connection again.
};

// What it answers.
struct Response {
  int status = 200;
  std::string reason = {};  // Sent by a server as the usual one when it is empty.
  Headers headers = {};
  std::string body = {};

  void VisitFields(FieldVisitor& visit) {
    visit("status", status);
    visit("reason", reason);
    visit("headers", headers);
    visit("body", body);
  }
};

// The usual words for a status: "Not Found"; "" for one that is not known.
absl::string_view ReasonPhrase(int status);

// How much of a message is read into memory.
struct Limits {
  // Of all that is not body, interim responses, trailers and chunk extensions included. The
  // framing of chunks that have data is not counted.
  size_t max_header_bytes = 64 << 10;
  int64_t max_body_bytes = 64 << 20;  // None when it is negative.

  void VisitFields(FieldVisitor& visit) {
    visit("max_header_bytes", max_header_bytes);
    visit("max_body_bytes", max_body_bytes, {.help = "negative: no limit"});
  }
};

}  // namespace rondo::http

#endif  // RONDO_PLUGINS_HTTP_MESSAGE_H_
