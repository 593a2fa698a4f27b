#include <cstdint>

#include "absl/log/check.h"
#include "absl/strings/string_view.h"
#include "plugins/http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<rondo::http::Url> url = rondo::http::Url::Parse(text);
  if (!url.ok()) return 0;
  CHECK(*rondo::http::Url::Parse(url->ToString()) == *url);
  for (const char c : url->ToString()) CHECK(c > ' ' && c < '\x7f');
  return 0;
}
