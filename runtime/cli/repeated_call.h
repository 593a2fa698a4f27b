// One call again and again.
#ifndef RONDO_RUNTIME_CLI_REPEATED_CALL_H_
#define RONDO_RUNTIME_CLI_REPEATED_CALL_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "runtime/cli/console.h"
#include "runtime/cli/latencies.h"
#include "runtime/runtime.h"

namespace rondo::cli {

// Calls a kind `repeat` times, `parallel` at once, until all of them have ended. Keeps how long
// each took, and how they ended. What a call returns is closed at once when it is a live object.
class RepeatedCall {
 public:
  RepeatedCall(Runtime& runtime, absl::string_view kind, const nlohmann::json& request,
               const SubmitOptions& options, Console& console)
      : runtime_(runtime), kind_(kind), request_(request), options_(options), console_(console) {}

  // Errors: those of Runtime::Run.
  absl::Status Run(int64_t repeat, int64_t parallel);

  // A few lines: how many, how fast, how they ended.
  std::string Report() const;
  // The first failure, or OK.
  const absl::Status& failure() const { return failure_; }

 private:
  void Start();
  void Ended(int64_t began_nanos, const absl::Status& status);

  Runtime& runtime_;
  const absl::string_view kind_;
  const nlohmann::json& request_;
  const SubmitOptions& options_;
  Console& console_;

  int64_t repeat_ = 0;
  int64_t started_ = 0;
  int64_t ended_ = 0;
  int64_t took_nanos_ = 0;
  std::map<absl::StatusCode, int64_t> codes_;
  Latencies latencies_;
  absl::Status failure_;
};

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_REPEATED_CALL_H_
