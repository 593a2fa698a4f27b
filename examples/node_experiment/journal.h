// What the experiment prints while it runs.
#ifndef RONDO_EXAMPLES_NODE_EXPERIMENT_JOURNAL_H_
#define RONDO_EXAMPLES_NODE_EXPERIMENT_JOURNAL_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "runtime/runtime.h"

namespace rondo::experiment {

// Prints a line for everything that happens: when, in which turn of the loop, on which thread.
//
// Thread safety: Write from any thread. What a worker writes is posted to the loop, which prints
// it; its turn is the one in which it arrived. Outlives the runtime.
class Journal {
 public:
  // Before the runtime runs; its clock is the journal's, which starts now.
  void Start(Runtime& runtime);

  // The parts of a line, as absl::StrCat takes them.
  template <typename... T>
  void Write(const T&... parts) {
    WriteLine(absl::StrCat(parts...));
  }

 private:
  void WriteLine(std::string text);
  void Print(int64_t nanos, absl::string_view thread, absl::string_view text) const;

  Runtime* runtime_ = nullptr;
  int64_t start_nanos_ = 0;
};

}  // namespace rondo::experiment

#endif  // RONDO_EXAMPLES_NODE_EXPERIMENT_JOURNAL_H_
