#include "plugins/crypto/secret.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace {

// The block that a test watches, and how many of its bytes were not zero when it was freed.
const void* watched = nullptr;
size_t watched_bytes = 0;
size_t bytes_left = 0;

void Free(void* block) noexcept {
  if (block == watched && block != nullptr) {
    for (size_t i = 0; i < watched_bytes; ++i) bytes_left += static_cast<char*>(block)[i] != 0;
    watched = nullptr;
  }
  std::free(block);
}

}  // namespace

void* operator new[](size_t size) {
  if (void* block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete[](void* block) noexcept { Free(block); }
void operator delete[](void* block, size_t) noexcept { Free(block); }

namespace rondo::crypto {
namespace {

void Watch(const Secret& secret) {
  watched = secret.bytes().data();
  watched_bytes = secret.size();
  bytes_left = 0;
}

// Whether the watched block has been freed, and was zero by then.
bool WasWiped() { return watched == nullptr && bytes_left == 0; }

TEST(Secret, HoldsItsBytes) {
  const Secret secret("pass\0word");
  EXPECT_EQ(secret.bytes(), "pass");
  EXPECT_EQ(Secret(absl::string_view("pass\0word", 9)).size(), size_t{9});
  EXPECT_EQ(secret.size(), size_t{4});
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
  EXPECT_EQ(Secret().bytes(), "");
  EXPECT_TRUE(Secret("").empty());
}

TEST(Secret, IsFilledInPlace) {
  Secret secret = Secret::OfSize(3);
  EXPECT_EQ(secret.bytes(), absl::string_view("\0\0\0", 3));
  secret.mutable_bytes()[1] = 'x';
  EXPECT_EQ(secret.bytes(), absl::string_view("\0x\0", 3));
}

TEST(Secret, DoesNotPrint) { EXPECT_EQ(absl::StrCat("key ", Secret("hunter2")), "key <secret>"); }

TEST(Secret, TakeWipesWhereTheBytesWere) {
  for (const size_t size : {8, 100}) {  // In the string itself, and on the heap.
    std::string password(size, 'p');
    const char* const bytes = password.data();
    const Secret secret = Secret::Take(password);
    EXPECT_EQ(secret.bytes(), std::string(size, 'p'));
    EXPECT_TRUE(password.empty());
    ASSERT_EQ(password.data(), bytes);  // Still the string's, beyond its end.
    EXPECT_EQ(std::count(bytes, bytes + size, 'p'), 0);
  }
}

TEST(Secret, IsWipedWhenItIsDestroyed) {
  {
    const Secret secret("hunter2");
    Watch(secret);
    EXPECT_FALSE(WasWiped());
  }
  EXPECT_TRUE(WasWiped());
}

TEST(Secret, IsWipedWhenItIsReplaced) {
  Secret secret("hunter2");
  Watch(secret);
  secret = Secret("other");
  EXPECT_TRUE(WasWiped());
  const Secret third("third");
  Watch(secret);
  secret = third;
  EXPECT_TRUE(WasWiped());
  EXPECT_EQ(secret, third);
  Secret& self = secret;
  secret = std::move(self);
  secret = self;
  EXPECT_EQ(secret.bytes(), "third");
}

TEST(Secret, MovingLeavesNothingBehind) {
  Secret secret("hunter2");
  const char* const bytes = secret.bytes().data();
  Secret moved = std::move(secret);
  EXPECT_EQ(moved.bytes().data(), bytes);
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(secret.bytes(), "");
  secret = std::move(moved);
  EXPECT_EQ(secret.bytes().data(), bytes);
  EXPECT_TRUE(moved.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(Secret, CopiesAreTheirOwn) {
  const Secret secret("hunter2");
  Secret copy = secret;
  copy.mutable_bytes()[0] = 'H';
  EXPECT_EQ(secret.bytes(), "hunter2");
  EXPECT_EQ(copy.bytes(), "Hunter2");
}

TEST(Secret, Equality) {
  EXPECT_TRUE(Secret("abc") == Secret("abc"));
  EXPECT_FALSE(Secret("abc") == Secret("abd"));
  EXPECT_FALSE(Secret("abc") == Secret("ab"));
  EXPECT_FALSE(Secret("ab") == Secret("abc"));
  EXPECT_TRUE(Secret() == Secret(""));
}

// Whoever stops at the first difference does not notice that the rest cannot be read.
TEST(TimingSafeEqualDeathTest, LooksAtEveryByte) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* const memory =
      mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  char* const bytes = static_cast<char*>(memory);
  const std::string other(2 * page, 'x');
  EXPECT_FALSE(TimingSafeEqual({bytes, 2 * page}, other));
  ASSERT_EQ(mprotect(bytes + page, page, PROT_NONE), 0);
  EXPECT_DEATH(static_cast<void>(TimingSafeEqual({bytes, 2 * page}, other)), "");
  munmap(memory, 2 * page);
}

TEST(TimingSafeEqualDeathTest, EqualityOfSecretsLooksAtEveryByte) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t size = 8 * page;
  Secret secret = Secret::OfSize(size);
  const Secret other(std::string(size, 'x'));
  EXPECT_FALSE(secret == other);
  const auto address = reinterpret_cast<uintptr_t>(secret.mutable_bytes().data()) + 2 * page;
  EXPECT_DEATH(
      {
        mprotect(reinterpret_cast<void*>(address / page * page), page, PROT_NONE);
        static_cast<void>(secret == other);
      },
      "");
}

}  // namespace
}  // namespace rondo::crypto
