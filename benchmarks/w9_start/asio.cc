// W9 on Asio: an io_context, a pool of four threads, and one callback.

#include <asio.hpp>

#include "benchmarks/common/measure.h"

int main() {
  asio::io_context io(1);
  asio::thread_pool pool(4);
  bool called = false;
  asio::post(io, [&called] { called = true; });
  io.run();
  pool.join();
  bench::Require(called, "called");
}
