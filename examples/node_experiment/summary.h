// What the experiment derives from a text.
#ifndef RONDO_EXAMPLES_NODE_EXPERIMENT_SUMMARY_H_
#define RONDO_EXAMPLES_NODE_EXPERIMENT_SUMMARY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace rondo::experiment {

// How many words `text` has, and the three that it uses most:
// "913 words, 402 of them different; most often: the (71), a (30), it (25)".
std::string Summarize(absl::string_view text);

}  // namespace rondo::experiment

#endif  // RONDO_EXAMPLES_NODE_EXPERIMENT_SUMMARY_H_
