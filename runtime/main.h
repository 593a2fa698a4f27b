// The whole of a program.
#ifndef RONDO_RUNTIME_MAIN_H_
#define RONDO_RUNTIME_MAIN_H_

#include "absl/functional/any_invocable.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

namespace rondo {

// Runs `main_task` on a runtime with the standard plugins and returns its result as the exit
// status; 1, after a line on stderr, when the runtime cannot be built, the task throws, or
// nothing is left that could wake it. When the task has ended, whatever else was spawned is
// cancelled and waited for, for a few seconds at most; the body of a pool kind that does not heed
// its stop request for as long as it takes.
//
//   int main() {
//     return rondo::Main([](Runtime& rt) -> Task<int> {
//       absl::StatusOr<std::string> text = co_await rt.Submit(fs::ReadFile{.path = "notes.txt"});
//       std::cout << (text.ok() ? *text : text.status().ToString());
//       co_return text.ok() ? 0 : 1;
//     });
//   }
int Main(absl::AnyInvocable<Task<int>(Runtime&)> main_task);

}  // namespace rondo

#endif  // RONDO_RUNTIME_MAIN_H_
