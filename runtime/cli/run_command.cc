#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "runtime/call.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/host.h"
#include "runtime/kind_info.h"

namespace rondo::cli {
namespace {

using nlohmann::json;

absl::Status CheckMain(const Runtime& runtime, const std::string& file, const std::string& name) {
  const std::string main = absl::StrCat(name, ".main");
  for (const KindInfo& kind : DescribeKinds(runtime)) {
    if (kind.name != main) continue;
    if (kind.can_be_called() && kind.result->form == ValueType::Form::kInteger) {
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(
        absl::StrCat("run ", file, ": ", main, " must take a list `args` and return an integer"));
  }
  return absl::NotFoundError(absl::StrCat("run ", file, ": the plugin ", name,
                                          " is no application, since it has no kind ", main));
}

}  // namespace

int Run(const Arguments& arguments, Console& console) {
  if (arguments.words.empty()) {
    return console.Fail(absl::InvalidArgumentError("run: which file? see rondo help run"), kUsage);
  }
  const std::string& file = arguments.words[0];
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = BuildRuntime(arguments);
  if (!runtime.ok()) return console.Fail(runtime.status());
  const absl::StatusOr<std::string> name =
      AddFile(**runtime, {.file = file, .name = {}, .options = {}});
  if (!name.ok()) return console.Fail(name.status());
  if (absl::Status status = CheckMain(**runtime, file, *name); !status.ok()) {
    return console.Fail(status);
  }
  json args = json::array();
  for (size_t i = 1; i < arguments.words.size(); ++i) args.push_back(arguments.words[i]);
  std::optional<absl::StatusOr<json>> outcome;
  (*runtime)->Call(absl::StrCat(*name, ".main"), {{"args", std::move(args)}},
                   [&](absl::StatusOr<json> result) {
                     outcome = std::move(result);
                     (*runtime)->Stop();
                   });
  const absl::Status ran = (*runtime)->Run();
  EndRuntime(**runtime);
  if (!outcome.has_value()) return console.Fail(ran);
  if (!outcome->ok()) return console.Fail(outcome->status());
  return static_cast<int>((**outcome).get<int64_t>());
}

}  // namespace rondo::cli
