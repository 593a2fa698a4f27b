// The task kinds of the plugin http.
#ifndef RONDO_PLUGINS_HTTP_HTTP_H_
#define RONDO_PLUGINS_HTTP_HTTP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "plugins/http/headers.h"
#include "plugins/http/message.h"
#include "runtime/fields.h"

namespace rondo::http {

// Fetches what is at a URL, over a connection of its own. Any status that the server answers with
// is a result, 404 included; redirections are not followed. Needs the plugin net.
//
// The headers Host, User-Agent and Accept can be replaced; the body of an answer is never
// compressed unless Accept-Encoding asks for it.
//
// Errors name the URL, but for those of a deadline or a cancellation, which the runtime makes and
// which name the kind alone. INVALID_ARGUMENT (no URL, a header that must not be sent),
// UNIMPLEMENTED (https: TLS is not there yet; a transfer coding other than chunked), UNAVAILABLE
// (refused, reset, closed before the answer was whole), DATA_LOSS (a malformed answer),
// RESOURCE_EXHAUSTED (over the limits), and those of net::Connect.
struct Get {
  static constexpr absl::string_view kKind = "http.get";
  using Result = Response;

  std::string url = {};
  Headers headers = {};
  Limits limits = {};

  void VisitFields(FieldVisitor& visit) {
    visit("url", url, {.required = true});
    visit("headers", headers);
    visit("limits", limits);
  }
};

}  // namespace rondo::http

#endif  // RONDO_PLUGINS_HTTP_HTTP_H_
