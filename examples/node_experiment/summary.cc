#include "examples/node_experiment/summary.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace rondo::experiment {

std::string Summarize(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  std::map<absl::string_view, int> counts;
  int words = 0;
  for (const absl::string_view word :
       absl::StrSplit(lower, absl::ByAnyChar(" \t\r\n.,;:!?\"()"), absl::SkipEmpty())) {
    ++counts[word];
    ++words;
  }
  std::vector<std::pair<absl::string_view, int>> top(std::min<size_t>(3, counts.size()));
  std::partial_sort_copy(counts.begin(), counts.end(), top.begin(), top.end(),
                         [](const auto& a, const auto& b) {
                           return std::tie(b.second, a.first) < std::tie(a.second, b.first);
                         });
  return absl::StrCat(words, " words, ", counts.size(), " of them different; most often: ",
                      absl::StrJoin(top, ", ", [](std::string* out, const auto& entry) {
                        absl::StrAppend(out, entry.first, " (", entry.second, ")");
                      }));
}

}  // namespace rondo::experiment
