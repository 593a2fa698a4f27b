#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "runtime/call.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/files.h"
#include "runtime/cli/host.h"
#include "runtime/cli/repeated_call.h"
#include "runtime/cli/stats_text.h"
#include "runtime/cli/text_fields.h"
#include "runtime/json_fields.h"
#include "runtime/kind_info.h"

namespace rondo::cli {
namespace {

using nlohmann::json;

// Made of the words as far as the kind is known; who calls it says what is wrong with it.
absl::StatusOr<json> MakeRequest(const Runtime& runtime, const std::string& kind,
                                 const std::vector<std::string>& words) {
  ValueType type;
  for (const KindInfo& info : DescribeKinds(runtime)) {
    if (info.name == kind && info.request.has_value()) type = *info.request;
  }
  absl::StatusOr<json> request = ParseFields(type, words, &ReadWholeFile);
  if (request.ok()) return request;
  return absl::Status(request.status().code(),
                      absl::StrCat(kind, ": ", request.status().message()));
}

void Print(const json& result, bool as_json, Console& console) {
  if (as_json) {
    console.Out(absl::StrCat(result.dump(2), "\n"));
  } else if (result.is_null()) {
    return;
  } else if (std::optional<std::string> bytes = BytesOf(result); bytes.has_value()) {
    console.OutLine(*bytes);
  } else {
    console.Out(absl::StrCat(result.dump(2), "\n"));
  }
}

ExitCode CallOnce(Runtime& runtime, const std::string& kind, const json& request,
                  const SubmitOptions& options, bool as_json, Console& console) {
  std::optional<absl::StatusOr<json>> outcome;
  runtime.Call(
      kind, request,
      [&](absl::StatusOr<json> result) {
        outcome = std::move(result);
        // What it has left on the loop, an open connection for one, has no further use.
        runtime.Stop();
      },
      options);
  const absl::Status ran = runtime.Run();
  if (!outcome.has_value()) return console.Fail(ran);
  if (!outcome->ok()) return console.Fail(outcome->status());
  Print(**outcome, as_json, console);
  return kDone;
}

ExitCode CallRepeatedly(Runtime& runtime, const Arguments& arguments, const std::string& kind,
                        const json& request, const SubmitOptions& options, Console& console) {
  RepeatedCall call(runtime, kind, request, options, console);
  if (absl::Status status = call.Run(arguments.repeat, arguments.parallel); !status.ok()) {
    return console.Fail(status);
  }
  console.Out(call.Report());
  return call.failure().ok() ? kDone : console.Fail(call.failure());
}

}  // namespace

ExitCode Call(const Arguments& arguments, Console& console) {
  if (arguments.words.empty()) {
    return console.Fail(absl::InvalidArgumentError("call: which kind? see rondo kinds"), kUsage);
  }
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = BuildRuntime(arguments);
  if (!runtime.ok()) return console.Fail(runtime.status());
  const std::string& kind = arguments.words[0];
  absl::StatusOr<json> request =
      MakeRequest(**runtime, kind, {arguments.words.begin() + 1, arguments.words.end()});
  if (!request.ok()) return console.Fail(request.status());
  const SubmitOptions options = {.timeout = arguments.timeout};
  const bool once = arguments.repeat == 1 && arguments.parallel == 1;
  const ExitCode code =
      once ? CallOnce(**runtime, kind, *request, options, arguments.json, console)
           : CallRepeatedly(**runtime, arguments, kind, *request, options, console);
  if (arguments.stats) console.Error(StatsText((*runtime)->Stats()));
  EndRuntime(**runtime);
  return code;
}

}  // namespace rondo::cli
