// W1 on libuv: uv_queue_work.
//
//   libuv busy|pause ROUNDS
//   libuv idle MILLISECONDS

#include <uv.h>

#include <cstdint>
#include <string>

#include "benchmarks/common/measure.h"
#include "benchmarks/common/rounds.h"

namespace {

void Work(uv_work_t*) {}

void Submit(uv_work_t* work) {
  static_cast<bench::Rounds*>(work->data)->Begin();
  const auto done = [](uv_work_t* self, int status) {
    bench::Require(status == 0, "done");
    if (static_cast<bench::Rounds*>(self->data)->End()) Submit(self);
  };
  bench::Require(uv_queue_work(uv_default_loop(), work, &Work, done) == 0, "uv_queue_work");
}

void Idle(int64_t millis) {
  const bench::Measurement measurement;
  uv_timer_t timer;
  uv_timer_init(uv_default_loop(), &timer);
  uv_timer_start(&timer, [](uv_timer_t*) {}, millis, 0);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  measurement.End(millis).Print();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t count = bench::Number(argc, argv, 2, 200'000);
  if (variant == "idle") {
    Idle(count);
    return 0;
  }
  bench::MeasureRounds(variant, count, [](bench::Rounds& rounds) {
    uv_work_t work;
    work.data = &rounds;
    Submit(&work);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  });
}
