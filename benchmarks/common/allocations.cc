#include "benchmarks/common/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BENCH_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BENCH_SANITIZED 1
#endif
#endif

namespace bench {
namespace {

// A place for each thread, so that counting does not make threads wait for one another. Threads
// beyond the last place share; none of these programs has so many.
constexpr unsigned kPlaces = 64;
struct alignas(64) Place {
  std::atomic<int64_t> count;
};
Place places[kPlaces];

#ifndef BENCH_SANITIZED

std::atomic<unsigned> next_place;
thread_local Place* my_place = nullptr;

void Count() {
  if (my_place == nullptr) my_place = &places[next_place.fetch_add(1) % kPlaces];
  // Relaxed, and no read-modify-write: only this thread writes, and the reader asks for no more
  // than a count.
  std::atomic<int64_t>& count = my_place->count;
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

#endif

}  // namespace

int64_t AllocationCount() {
  int64_t sum = 0;
  for (const Place& place : places) sum += place.count.load(std::memory_order_relaxed);
  return sum;
}

int64_t HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

}  // namespace bench

#ifndef BENCH_SANITIZED

// Definitions in the program come before those of libc, also for shared libraries. These are the
// names under which glibc offers its own.
extern "C" {

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* block);

void* malloc(size_t size) noexcept {
  bench::Count();
  return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) noexcept {
  bench::Count();
  return __libc_calloc(count, size);
}

void* realloc(void* block, size_t size) noexcept {
  bench::Count();
  return __libc_realloc(block, size);
}

void* memalign(size_t alignment, size_t size) noexcept {
  bench::Count();
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) noexcept {
  bench::Count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** block, size_t alignment, size_t size) noexcept {
  bench::Count();
  *block = __libc_memalign(alignment, size);
  return *block != nullptr ? 0 : ENOMEM;
}

void free(void* block) noexcept { __libc_free(block); }

}  // extern "C"

#endif
