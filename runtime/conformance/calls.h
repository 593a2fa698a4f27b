// Calls whose outcomes are counted.
#ifndef RONDO_RUNTIME_CONFORMANCE_CALLS_H_
#define RONDO_RUNTIME_CONFORMANCE_CALLS_H_

#include <deque>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "runtime/runtime.h"

namespace rondo::conformance {

// One call, and what its caller was told.
struct Told {
  int times = 0;
  absl::Status status;
  TaskHandle handle;
};

// Makes calls and looks at what becomes of them. Loop thread only; the runtime outlives it.
class Calls {
 public:
  explicit Calls(Runtime& runtime);
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  // Whoever is told later must not be told here.
  ~Calls();

  // Calls, and fails the test when the caller is told from within.
  Told& Start(absl::string_view kind, const nlohmann::json& request,
              const SubmitOptions& options = {});

  // Turns the loop until every caller was told; fails the test when one is told twice, or some
  // are not told in time.
  void Finish();
  // The same, and until no task of the kind is left, not even one that was cancelled.
  void FinishAll(absl::string_view kind);

  const std::deque<Told>& all() const { return told_; }
  void CancelAll();

 private:
  void RunUntil(absl::FunctionRef<bool()> done, absl::string_view what);

  void CloseResults();

  Runtime& runtime_;
  const std::vector<std::string> older_;  // Objects that no call here has returned.
  std::deque<Told> told_;
};

// Whether a task of the kind runs or waits, or was cancelled and still runs.
bool IsBusy(const Runtime& runtime, absl::string_view kind);

}  // namespace rondo::conformance

#endif  // RONDO_RUNTIME_CONFORMANCE_CALLS_H_
