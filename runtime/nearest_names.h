#ifndef RONDO_RUNTIME_NEAREST_NAMES_H_
#define RONDO_RUNTIME_NEAREST_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rondo {

// Those of `known` that `name` may have been meant to be, the likeliest first, at most three.
std::vector<std::string> NearestNames(absl::string_view name,
                                      const std::vector<std::string>& known);

// The same as the end of an error message: "; did you mean path?", or "".
std::string DidYouMean(absl::string_view name, const std::vector<std::string>& known);

}  // namespace rondo

#endif  // RONDO_RUNTIME_NEAREST_NAMES_H_
