// W9 on libuv, which starts no thread before there is work for one.

#include <uv.h>

#include "benchmarks/common/measure.h"

int main() {
  uv_loop_t* const loop = uv_default_loop();
  bench::Require(uv_run(loop, UV_RUN_DEFAULT) == 0, "nothing to do");
  bench::Require(uv_loop_close(loop) == 0, "close");
}
