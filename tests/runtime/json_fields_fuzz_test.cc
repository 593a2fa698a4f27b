#include <cstddef>
#include <cstdint>

#include "absl/log/check.h"
#include "nlohmann/json.hpp"
#include "runtime/json_fields.h"
#include "tests/runtime/fields_fixture.h"

// Whatever is read is written and read again alike.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using nlohmann::json;
  const json input = json::parse(data, data + size, nullptr, /*allow_exceptions=*/false);
  if (input.is_discarded()) return 0;
  rondo::ResourceTable resources;
  rondo::Everything value;
  rondo::JsonReader reader(input, resources);
  reader.Value(value);
  if (!reader.status().ok()) return 0;
  rondo::JsonWriter writer(resources);
  writer.Value(value);
  const json written = writer.Take();
  rondo::Everything again;
  rondo::JsonReader second(written, resources);
  second.Value(again);
  CHECK_OK(second.status());
  rondo::JsonWriter second_writer(resources);
  second_writer.Value(again);
  CHECK(second_writer.Take() == written);
  return 0;
}
