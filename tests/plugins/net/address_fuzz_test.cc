#include <cstdint>

#include "absl/log/check.h"
#include "absl/strings/string_view.h"
#include "plugins/net/address.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<rondo::net::Address> address = rondo::net::Address::Parse(text);
  if (address.ok()) CHECK(*rondo::net::Address::Parse(address->ToString()) == *address);
  return 0;
}
