// W9 on Rondo: an empty program, with the standard plugins and a pool of four threads.

#include "runtime/main.h"
#include "runtime/runtime.h"
#include "runtime/task.h"

int main() {
  return rondo::Main([](rondo::Runtime&) -> rondo::Task<int> { co_return 0; });
}
