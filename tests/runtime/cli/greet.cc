// A plugin that is an application, too.
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "runtime/fields.h"
#include "runtime/plugin_entry.h"
#include "runtime/task.h"
#include "runtime/task_context.h"

namespace greet {

struct Say {
  static constexpr absl::string_view kKind = "greet.say";
  using Result = std::string;
  std::string name = {};

  void VisitFields(rondo::FieldVisitor& visit) { visit("name", name, {.required = true}); }
};

// Prints its arguments; the last is the exit status.
struct Main {
  static constexpr absl::string_view kKind = "greet.main";
  using Result = int;
  std::vector<std::string> args = {};

  void VisitFields(rondo::FieldVisitor& visit) { visit("args", args); }
};

class GreetPlugin final : public rondo::Plugin {
 public:
  rondo::PluginInfo info() const override { return {.name = "greet", .summary = "says hello"}; }

  void VisitOptions(rondo::FieldVisitor& visit) override { visit("greeting", greeting_); }

  absl::Status Register(rondo::Registrar& registrar) override {
    registrar.OnPool<Say>(
        [this](const Say& request, rondo::TaskContext&) -> absl::StatusOr<std::string> {
          return absl::StrCat(greeting_, " ", request.name);
        });
    registrar.OnLoop<Main>(&RunMain);
    return absl::OkStatus();
  }

 private:
  static rondo::Task<absl::StatusOr<int>> RunMain(Main request) {
    int status = 0;
    if (request.args.empty() || !absl::SimpleAtoi(request.args.back(), &status)) {
      co_return absl::InvalidArgumentError("greet: asked to fail");
    }
    std::cout << absl::StrJoin(request.args, " ") << std::endl;
    co_return status;
  }

  std::string greeting_ = "hello";
};

RONDO_PLUGIN(GreetPlugin);

}  // namespace greet
