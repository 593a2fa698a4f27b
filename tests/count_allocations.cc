#include "tests/count_allocations.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

// Written by every thread that allocates. Relaxed: whoever reads it has waited for the others.
std::atomic<int64_t> allocations = 0;

}  // namespace

// All other forms of new and delete that a program may use come down to these.
void* operator new(size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace rondo {

int64_t CountAllocations() { return allocations.load(std::memory_order_relaxed); }

}  // namespace rondo
