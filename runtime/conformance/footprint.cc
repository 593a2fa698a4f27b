#include "runtime/conformance/footprint.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "runtime/recycler.h"

namespace rondo::conformance {
namespace {

int64_t Entries(const char* directory) {
  return std::distance(std::filesystem::directory_iterator(directory), {});
}

}  // namespace

Footprint MeasureFootprint() {
  return {.descriptors = Entries("/proc/self/fd"),
          .threads = Entries("/proc/self/task"),
          .heap_bytes = static_cast<int64_t>(::mallinfo2().uordblks)};
}

void MeasureHeapExactly(char** argv) {
  constexpr char kName[] = "GLIBC_TUNABLES";
  constexpr char kValue[] = "glibc.malloc.tcache_count=0:glibc.malloc.arena_max=1";
  const char* const present = std::getenv(kName);
  if (present != nullptr && std::strcmp(present, kValue) == 0) return DisableRecycling();
  PCHECK(::setenv(kName, kValue, /*overwrite=*/1) == 0);
  ::execv("/proc/self/exe", argv);
  PLOG(FATAL) << "run this program again";
}

}  // namespace rondo::conformance
