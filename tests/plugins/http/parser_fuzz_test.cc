#include <cstdint>
#include <string>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "plugins/http/parser.h"

namespace rondo::http {
namespace {

constexpr Limits kLimits = {.max_header_bytes = 1000, .max_body_bytes = 1000};
constexpr absl::string_view kLineEnd = "\r\n";

// Takes a line out of `text`, with nothing but CRLF for its end.
absl::string_view TakeLine(absl::string_view& text) {
  const size_t size = text.find(kLineEnd);
  CHECK(size != absl::string_view::npos);
  const absl::string_view line = text.substr(0, size);
  CHECK(line.find_first_of(kLineEnd) == absl::string_view::npos);
  text.remove_prefix(size + kLineEnd.size());
  return line;
}

// The body of chunks that are followed by nothing.
std::string TakeChunks(absl::string_view& text) {
  std::string body;
  for (;;) {
    absl::string_view digits = TakeLine(text);
    digits = digits.substr(0, digits.find(';'));
    size_t size = 0;
    CHECK(absl::SimpleHexAtoi(digits, &size) && size <= text.size());
    if (size == 0) break;
    absl::StrAppend(&body, text.substr(0, size));
    text.remove_prefix(size);
    CHECK(TakeLine(text).empty());
  }
  while (!TakeLine(text).empty()) continue;
  return body;
}

// Reads `text` as another server might, one that knows one form of everything only, and wants the
// same message.
void CheckReadsTheSame(const Response& /*response*/, absl::string_view /*text*/) {}
void CheckReadsTheSame(const Request& request, absl::string_view text) {
  // A chunk of one byte may come with twenty that frame it.
  CHECK(text.size() <= kLimits.max_header_bytes + 21 * request.body.size());
  CHECK(request.method != "CONNECT");
  absl::string_view line;
  while ((line = TakeLine(text)).empty()) continue;
  CHECK(line == absl::StrCat(request.method, " ", request.target, " HTTP/1.1") ||
        line == absl::StrCat(request.method, " ", request.target, " HTTP/1.0"));
  const bool old = line.back() == '0';
  for (const Headers::Field& field : request.headers) {
    line = TakeLine(text);
    CHECK(line.substr(0, field.name.size() + 1) == absl::StrCat(field.name, ":"));
    CHECK(absl::StripAsciiWhitespace(line.substr(field.name.size() + 1)) == field.value);
  }
  CHECK(TakeLine(text).empty());
  if (request.headers.Count("Transfer-Encoding") > 0) {
    CHECK(!old && request.headers.Count("Content-Length") == 0);
    CHECK(absl::EqualsIgnoreCase(*request.headers.Find("Transfer-Encoding"), "chunked"));
    CHECK(TakeChunks(text) == request.body);
    CHECK(text.empty());
  } else {
    size_t length = 0;
    const std::string* value = request.headers.Find("Content-Length");
    CHECK(value == nullptr || absl::SimpleAtoi(*value, &length));
    CHECK(length == text.size() && text == request.body);
  }
}

// Takes all messages of `text`, in pieces of `step` bytes. Returns them as text, and how it ended.
template <typename Parser>
std::string Read(absl::string_view text, size_t step) {
  Parser parser(kLimits);
  std::string seen;
  const char* begin = text.data();  // Of the message.
  while (!text.empty()) {
    absl::StatusOr<size_t> used = parser.Parse(text.substr(0, step));
    // What the pieces are decides how early an error is seen, but not whether.
    if (!used.ok()) return seen + "error";
    CHECK(*used <= text.size());
    CHECK(*used > 0 || parser.done());
    text.remove_prefix(*used);
    if (!parser.done()) continue;
    const auto message = parser.Take();
    CHECK(message.body.size() <= 1000);
    CHECK(message.headers.Validate().ok());
    CheckReadsTheSame(message, {begin, static_cast<size_t>(text.data() - begin)});
    begin = text.data();
    for (const Headers::Field& field : message.headers) seen += field.name + ":" + field.value;
    seen += "|" + message.body + "|";
  }
  return seen + "end";
}

template <typename Parser>
void ReadInPieces(absl::string_view text, size_t step) {
  const std::string whole = Read<Parser>(text, text.size());
  CHECK(Read<Parser>(text, step) == whole);
  CHECK(Read<Parser>(text, 1) == whole);
}

}  // namespace
}  // namespace rondo::http

// The first byte chooses the parser and the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rondo::http;
  if (size == 0) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t step = data[0] / 2 + 1;
  if (data[0] % 2 == 0) {
    ReadInPieces<RequestParser>(text, step);
  } else {
    ReadInPieces<ResponseParser>(text, step);
  }
  return 0;
}
