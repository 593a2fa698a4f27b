#include "plugins/http/url.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/address.h"

namespace rondo::http {
namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;
constexpr size_t kMaxHostSize = 253;

uint16_t DefaultPort(absl::string_view scheme) {
  return scheme == "https" ? kHttpsPort : kHttpPort;
}

bool IsHostChar(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_'; }

// RFC 3986: pchar, "/" and "?", but for "%".
bool IsTargetChar(char c) {
  return absl::ascii_isalnum(c) || absl::StrContains("-._~!$&'()*+,;=:@/?", c);
}

bool IsTarget(absl::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const absl::string_view hex = text.substr(i + 1, 2);
      if (hex.size() < 2 || !absl::ascii_isxdigit(hex[0]) || !absl::ascii_isxdigit(hex[1])) {
        return false;
      }
    } else if (!IsTargetChar(text[i])) {
      return false;
    }
  }
  return true;
}

// The parts of "host:port" or "[ip]:port". Returns what is wrong, or nothing.
absl::string_view ParseAuthority(absl::string_view authority, Url& url) {
  absl::string_view rest;
  if (absl::StartsWith(authority, "[")) {
    const size_t end = authority.find(']');
    if (end == absl::string_view::npos) return "a [ without its ]";
    const absl::string_view ip = authority.substr(1, end - 1);
    absl::StatusOr<net::Address> address = net::Address::FromIp(ip);
    if (!address.ok() || !address->is_ipv6() || absl::StrContains(ip, '%')) {
      return "no IPv6 address in the brackets";
    }
    url.host = address->ip();
    rest = authority.substr(end + 1);
  } else {
    const absl::string_view host = authority.substr(0, authority.find(':'));
    if (host.empty()) return "no host";
    if (host.size() > kMaxHostSize) return "the host is too long";
    for (const char c : host) {
      if (!IsHostChar(c)) return "a character that no host has";
    }
    url.host = absl::AsciiStrToLower(host);
    rest = authority.substr(host.size());
  }
  if (rest.empty()) return {};
  const absl::string_view digits = rest.substr(1);
  int port = 0;
  if (rest[0] != ':' || digits.empty() || !absl::ascii_isdigit(digits[0]) ||
      !absl::SimpleAtoi(digits, &port) || port < 1 || port > 65535) {
    return "no port in 1..65535 after the host";
  }
  url.port = static_cast<uint16_t>(port);
  return {};
}

absl::string_view ParseUrl(absl::string_view text, Url& url) {
  for (const char c : text) {
    if (!absl::ascii_isgraph(c)) return "a character that is not printable ASCII";
  }
  const size_t colon = text.find("://");
  if (colon == absl::string_view::npos) return "no http:// in front";
  url.scheme = absl::AsciiStrToLower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return "a scheme that is not http or https";
  absl::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (absl::StrContains(authority, '@')) return "a user name, which does not belong in a URL";
  url.port = DefaultPort(url.scheme);
  if (absl::string_view wrong = ParseAuthority(authority, url); !wrong.empty()) return wrong;
  const absl::string_view target = rest.substr(authority.size());
  if (!IsTarget(target)) return "a path or query with a character that has to be escaped";
  url.target = absl::StartsWith(target, "/") ? std::string(target) : absl::StrCat("/", target);
  return {};
}

}  // namespace

absl::StatusOr<Url> Url::Parse(absl::string_view text) {
  Url url;
  absl::string_view wrong = ParseUrl(text, url);
  if (wrong.empty()) return url;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::CEscape(text), "\" is not an http URL: ", wrong));
}

bool IsAuthority(absl::string_view text) {
  Url url;
  return ParseAuthority(text, url).empty();
}

std::string Url::authority() const {
  std::string authority = absl::StrContains(host, ':') ? absl::StrCat("[", host, "]") : host;
  if (port != DefaultPort(scheme)) absl::StrAppend(&authority, ":", port);
  return authority;
}

std::string Url::ToString() const { return absl::StrCat(scheme, "://", authority(), target); }

}  // namespace rondo::http
