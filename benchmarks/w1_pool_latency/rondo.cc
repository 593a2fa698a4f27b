// W1 on Rondo: a kind on the pool with an empty body, submitted with a callback.
//
//   rondo busy|pause ROUNDS
//   rondo idle MILLISECONDS

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "benchmarks/common/measure.h"
#include "benchmarks/common/rounds.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/runtime.h"

namespace rondo {
namespace {

struct Empty {
  static constexpr absl::string_view kKind = "bench.empty";
  using Result = int;
};

class BenchPlugin final : public Plugin {
 public:
  PluginInfo info() const override { return {.name = "bench", .summary = "an empty body"}; }
  absl::Status Register(Registrar& registrar) override {
    registrar.OnPool<Empty>([](const Empty&, TaskContext&) -> absl::StatusOr<int> { return 1; });
    return absl::OkStatus();
  }
};

void Submit(Runtime& runtime, bench::Rounds& rounds) {
  rounds.Begin();
  runtime.Submit(Empty{}, [&runtime, &rounds](absl::StatusOr<int> result) {
    CHECK_EQ(*result, 1);
    if (rounds.End()) Submit(runtime, rounds);
  });
}

void Idle(Runtime& runtime, int64_t millis) {
  const bench::Measurement measurement;
  runtime.SetTimeout(absl::Milliseconds(millis), [] {});
  CHECK_OK(runtime.Run());
  measurement.End(millis).Print();
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 200'000);
  absl::StatusOr<std::unique_ptr<rondo::Runtime>> runtime =
      rondo::Runtime::Builder().Add(std::make_unique<rondo::BenchPlugin>()).Build();
  CHECK_OK(runtime.status());
  if (variant == "idle") {
    rondo::Idle(**runtime, count);
    return 0;
  }
  bench::MeasureRounds(variant, count, [&](bench::Rounds& rounds) {
    rondo::Submit(**runtime, rounds);
    CHECK_OK((*runtime)->Run());
  });
}
