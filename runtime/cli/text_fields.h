// Requests from the words of a command line.
#ifndef RONDO_RUNTIME_CLI_TEXT_FIELDS_H_
#define RONDO_RUNTIME_CLI_TEXT_FIELDS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "runtime/value_type.h"

namespace rondo::cli {

// Where `field=@file` gets its bytes from.
using ReadFile = absl::FunctionRef<absl::StatusOr<std::string>(absl::string_view path)>;

// Makes a value of the struct `type` of words like
//
//   path=notes.txt                 a field
//   limits.max_body_bytes=1000     a field of a field
//   args=a args=b                  the elements of a list
//   headers=[{"name": "A", ...}]   JSON, where a list or a struct is wanted
//   data=@photo.jpg  data=@-       what is in a file, or comes on the standard input
//   data=@@home                    "@home"
//
// Text becomes what the field's type wants; what cannot be converted stays text, for the reader of
// the value to refuse it.
// Errors: INVALID_ARGUMENT (no '=', broken JSON, a field given twice, a path into what is no
// struct), and those of `read_file`.
absl::StatusOr<nlohmann::json> ParseFields(const ValueType& type,
                                           const std::vector<std::string>& words,
                                           ReadFile read_file);

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_TEXT_FIELDS_H_
