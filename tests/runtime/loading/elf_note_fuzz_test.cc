#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/elf_note.h"

// Whatever the bytes are: what is found lies within them.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view file(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<absl::string_view> note = rondo::internal::FindElfNote(file, "Rondo", 1);
  if (!note.ok()) return 0;
  const std::less_equal<const char*> not_after;
  if (!not_after(file.data(), note->data()) ||
      !not_after(note->data() + note->size(), file.data() + file.size())) {
    std::abort();
  }
  // And can be read.
  volatile char last = '\0';
  for (const char c : *note) last = c;
  (void)last;
  return 0;
}
