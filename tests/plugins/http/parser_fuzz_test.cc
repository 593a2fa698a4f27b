#include <cstdint>
#include <string>

#include "absl/log/check.h"
#include "absl/strings/string_view.h"
#include "plugins/http/parser.h"

namespace rondo::http {
namespace {

constexpr Limits kLimits = {.max_header_bytes = 1000, .max_body_bytes = 1000};

// Takes all messages of `text`, in pieces of `step` bytes. Returns them as text, and how it ended.
template <typename Parser>
std::string Read(absl::string_view text, size_t step) {
  Parser parser(kLimits);
  std::string seen;
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
    for (const Headers::Field& field : message.headers) seen += field.name + ":" + field.value;
    seen += "|" + message.body + "|";
  }
  return seen + "end";
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
    CHECK(Read<RequestParser>(text, step) == Read<RequestParser>(text, text.size()));
  } else {
    CHECK(Read<ResponseParser>(text, step) == Read<ResponseParser>(text, text.size()));
  }
  return 0;
}
