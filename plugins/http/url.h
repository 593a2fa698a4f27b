// The address of something on a web server.
#ifndef RONDO_PLUGINS_HTTP_URL_H_
#define RONDO_PLUGINS_HTTP_URL_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rondo::http {

// An absolute http or https URL, taken apart. A value; thread-safe as a struct is.
//
//   absl::StatusOr<http::Url> url = http::Url::Parse("http://example.org/search?q=rondo#top");
//   // host "example.org", port 80, target "/search?q=rondo"
struct Url {
  // Strict, so that nothing in it can be taken for something else on the way: printable ASCII
  // only, no user name, no unescaped character that RFC 3986 has no place for. The fragment,
  // which is not for the server, is left out.
  // Errors: INVALID_ARGUMENT, with the URL and what is wrong with it.
  static absl::StatusOr<Url> Parse(absl::string_view text);

  // For the header Host: the port is left out when it is the scheme's own.
  std::string authority() const;
  std::string ToString() const;

  friend bool operator==(const Url&, const Url&) = default;

  std::string scheme;  // "http" or "https".
  std::string host;    // In lower case; an IPv6 address without its brackets.
  uint16_t port = 0;
  std::string target;  // Path and query; at least "/".
};

// Whether `text` is what stands between "http://" and the path, as in the header Host: a host,
// and maybe a port.
bool IsAuthority(absl::string_view text);

}  // namespace rondo::http

#endif  // RONDO_PLUGINS_HTTP_URL_H_
