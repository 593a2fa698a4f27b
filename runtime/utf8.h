#ifndef RONDO_RUNTIME_UTF8_H_
#define RONDO_RUNTIME_UTF8_H_

#include "absl/strings/string_view.h"

namespace rondo::internal {

// Whether `text` is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
// U+10FFFF.
bool IsUtf8(absl::string_view text);

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_UTF8_H_
