// Watches for a text in memory that is freed. For one file of a test: it replaces new and delete.
#ifndef RONDO_TESTS_PLUGINS_CRYPTO_FREED_TEXT_H_
#define RONDO_TESTS_PLUGINS_CRYPTO_FREED_TEXT_H_

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include "absl/strings/string_view.h"

namespace rondo::crypto {

// While set, blocks of memory are counted as they are freed: those that can hold a text of
// kWatchedBytes, and those that hold a part of it.
inline bool watching = false;
inline int freed = 0;
inline int freed_with_text = 0;

inline constexpr size_t kWatchedBytes = size_t{300} << 10;
inline constexpr absl::string_view kPartOfText = "attack at dawn";

// A text that is watched.
inline std::string WatchedText() {
  std::string text;
  while (text.size() < kWatchedBytes) text += kPartOfText;
  return text;
}

// Watches while `work` runs, and returns what it returns.
template <typename F>
auto Watched(F work) {
  freed = freed_with_text = 0;
  watching = true;
  auto result = work();
  watching = false;
  return result;
}

inline void FreeWatched(void* block) noexcept {
  if (watching && block != nullptr && malloc_usable_size(block) >= kWatchedBytes) {
    const absl::string_view bytes(static_cast<char*>(block), kWatchedBytes);
    ++freed;
    freed_with_text += bytes.find(kPartOfText) != bytes.npos;
  }
  std::free(block);
}

}  // namespace rondo::crypto

// Zeros: what is found in a block was written by its owner.
void* operator new(size_t size) {
  if (void* block = std::calloc(1, size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { rondo::crypto::FreeWatched(block); }
void operator delete(void* block, size_t) noexcept { rondo::crypto::FreeWatched(block); }

#endif  // RONDO_TESTS_PLUGINS_CRYPTO_FREED_TEXT_H_
