// What the experiment needs around crypto.scrypt and crypto.seal.
#ifndef RONDO_EXAMPLES_NODE_EXPERIMENT_SEALING_H_
#define RONDO_EXAMPLES_NODE_EXPERIMENT_SEALING_H_

#include <string>

#include "absl/strings/string_view.h"

namespace rondo::experiment {

// 16 random bytes.
std::string RandomSalt();

// The beginning of `bytes`, in hexadecimal digits, and how many there are.
std::string Excerpt(absl::string_view bytes);

}  // namespace rondo::experiment

#endif  // RONDO_EXAMPLES_NODE_EXPERIMENT_SEALING_H_
