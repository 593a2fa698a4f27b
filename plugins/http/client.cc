#include "plugins/http/client.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/http/headers.h"
#include "plugins/http/parser.h"
#include "plugins/http/url.h"
#include "plugins/net/net.h"
#include "plugins/net/tcp_stream.h"

namespace rondo::http::internal {
namespace {

constexpr size_t kReadSize = 16 << 10;

// How messages are framed is decided here, and must not be told otherwise.
absl::Status CheckHeaders(const Headers& headers) {
  for (absl::string_view name : {"Connection", "Content-Length", "Transfer-Encoding"}) {
    if (headers.Find(name) != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("the header ", name, " cannot be set"));
    }
  }
  return headers.Validate();
}

std::string RequestText(const Url& url, const Headers& headers) {
  std::string text = absl::StrCat("GET ", url.target, " HTTP/1.1\r\n");
  const auto add = [&text](absl::string_view name, absl::string_view value) {
    absl::StrAppend(&text, name, ": ", value, "\r\n");
  };
  const auto add_default = [&](absl::string_view name, absl::string_view value) {
    if (headers.Find(name) == nullptr) add(name, value);
  };
  add_default("Host", url.authority());
  add_default("User-Agent", "rondo");
  add_default("Accept", "*/*");
  for (const Headers::Field& field : headers) add(field.name, field.value);
  add("Connection", "close");
  text += "\r\n";
  return text;
}

Task<absl::StatusOr<Response>> ReadResponse(net::TcpStream& stream, const Limits& limits) {
  ResponseParser parser(limits);
  std::string buffer(kReadSize, '\0');
  while (!parser.done()) {
    absl::StatusOr<size_t> size = co_await stream.Read(absl::MakeSpan(buffer));
    if (!size.ok()) co_return size.status();
    if (*size == 0) {
      if (absl::Status status = parser.Finish(); !status.ok()) co_return status;
    } else {
      absl::StatusOr<size_t> used = parser.Parse({buffer.data(), *size});
      if (!used.ok()) co_return used.status();
    }
  }
  co_return parser.Take();
}

Task<absl::StatusOr<Response>> Exchange(Runtime& runtime, const Url& url, const Get& request) {
  if (url.scheme == "https") {
    co_return absl::UnimplementedError("https needs TLS, which is not there yet");
  }
  if (absl::Status status = CheckHeaders(request.headers); !status.ok()) co_return status;
  absl::StatusOr<net::TcpStream> stream =
      co_await runtime.Submit(net::Connect{.host = url.host, .port = url.port});
  if (!stream.ok()) co_return stream.status();
  const std::string text = RequestText(url, request.headers);
  const absl::Status written = co_await stream->Write(text);
  absl::StatusOr<Response> response = co_await ReadResponse(*stream, request.limits);
  // A server may answer, and close, before it has read all.
  if (response.ok() || written.ok()) co_return response;
  // EPIPE.
  if (absl::IsFailedPrecondition(written)) co_return absl::UnavailableError(written.message());
  co_return written;
}

}  // namespace

Task<absl::StatusOr<Response>> Fetch(Runtime& runtime, Get request) {
  absl::StatusOr<Url> url = Url::Parse(request.url);
  if (!url.ok()) co_return url.status();
  absl::StatusOr<Response> response = co_await Exchange(runtime, *url, request);
  if (response.ok()) co_return response;
  co_return absl::Status(response.status().code(),
                         absl::StrCat("GET ", request.url, ": ", response.status().message()));
}

}  // namespace rondo::http::internal
