#include "plugins/crypto/seal_stream.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/freed_text.h"

namespace rondo::crypto {
namespace {

using testing::HasSubstr;

constexpr size_t kHeader = 44;
constexpr size_t kChunk = 1024;
constexpr size_t kSealedChunk = kChunk + 16;

class SealStreamTest : public CryptoTest {
 protected:
  const Secret key_ = Secret(std::string(32, 'k'));

  // In pieces of this size.
  std::string Sealed(absl::string_view text, size_t piece, SealStream::Options options = {}) {
    if (options.key.empty()) options.key = key_;
    options.chunk_bytes = kChunk;
    SealStream stream = SealStream::Create(options).value();
    std::string sealed;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
      sealed += stream.Update(text.substr(0, piece)).value();
    }
    return sealed + stream.Finish().value();
  }

  // What comes out before an error, and the error.
  struct Outcome {
    std::string text;
    absl::Status status;
  };
  Outcome Opened(absl::string_view sealed, size_t piece, OpenStream::Options options = {}) {
    if (options.key.empty()) options.key = key_;
    OpenStream stream = OpenStream::Create(options);
    Outcome outcome;
    for (; !sealed.empty(); sealed.remove_prefix(std::min(piece, sealed.size()))) {
      absl::StatusOr<std::string> text = stream.Update(sealed.substr(0, piece));
      if (!text.ok()) return {outcome.text, text.status()};
      outcome.text += *text;
    }
    absl::StatusOr<std::string> rest = stream.Finish();
    if (!rest.ok()) return {outcome.text, rest.status()};
    outcome.text += *rest;
    return outcome;
  }
};

std::string TextOf(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761u >> 13);
  return text;
}

TEST_F(SealStreamTest, OpensWhatItSealed) {
  for (const absl::string_view algorithm : {"aes-256-gcm", "chacha20-poly1305", "aes-128-gcm"}) {
    const Secret key(std::string(algorithm == "aes-128-gcm" ? 16 : 32, 'k'));
    for (const size_t size :
         {size_t{0}, size_t{1}, kChunk - 1, kChunk, kChunk + 1, 2 * kChunk, 5 * kChunk + 7}) {
      const std::string text = TextOf(size);
      for (const size_t piece : {size_t{1}, size_t{100}, kChunk, 3 * kChunk, size_t{100'000}}) {
        const std::string sealed =
            Sealed(text, piece,
                   {.key = key, .associated_data = "order 7", .algorithm = std::string(algorithm)});
        const size_t chunks = std::max<size_t>(1, (size + kChunk - 1) / kChunk);
        ASSERT_EQ(sealed.size(), kHeader + size + 16 * chunks);
        const Outcome opened = Opened(sealed, piece, {.key = key, .associated_data = "order 7"});
        ASSERT_TRUE(opened.status.ok()) << opened.status;
        ASSERT_TRUE(opened.text == text);
      }
    }
  }
}

TEST_F(SealStreamTest, NoTwoStreamsAreAlike) { EXPECT_NE(Sealed("text", 4), Sealed("text", 4)); }

TEST_F(SealStreamTest, EveryChangedBitIsNoticedBeforeItComesOut) {
  const std::string text = TextOf(2 * kChunk + 100);
  const std::string sealed = Sealed(text, kChunk);
  for (size_t bit = 0; bit < 8 * sealed.size(); bit += bit < 8 * 60 ? 1 : 101) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    const Outcome opened = Opened(changed, 500);
    EXPECT_FALSE(opened.status.ok()) << bit;
    // What did come out is the beginning of the text, up to the chunk that was changed.
    EXPECT_EQ(opened.text, text.substr(0, opened.text.size()));
    if (bit / 8 >= kHeader) {
      EXPECT_EQ(opened.status.code(), absl::StatusCode::kUnauthenticated);
      EXPECT_EQ(opened.text.size(), (bit / 8 - kHeader) / kSealedChunk * kChunk);
    } else {
      EXPECT_EQ(opened.text, "");
    }
  }
}

TEST_F(SealStreamTest, EveryCutIsNoticed) {
  const std::string text = TextOf(3 * kChunk);
  const std::string sealed = Sealed(text, kChunk);
  for (size_t size = 0; size < sealed.size(); ++size) {
    const Outcome opened = Opened(sealed.substr(0, size), 700);
    EXPECT_EQ(opened.status.code(), size < kHeader ? absl::StatusCode::kInvalidArgument
                                                   : absl::StatusCode::kUnauthenticated)
        << size;
    EXPECT_EQ(opened.text, text.substr(0, opened.text.size()));
  }
}

TEST_F(SealStreamTest, WhatFollowsTheEndIsNoticed) {
  for (const size_t size : {size_t{10}, kChunk}) {
    const std::string sealed = Sealed(TextOf(size), kChunk);
    EXPECT_FALSE(Opened(sealed + "x", 700).status.ok());
    EXPECT_FALSE(Opened(sealed + sealed, 700).status.ok());
    EXPECT_FALSE(Opened(sealed + sealed.substr(kHeader), 700).status.ok());
  }
}

TEST_F(SealStreamTest, ChunksThatWereMovedRepeatedOrLeftOut) {
  const std::string text = TextOf(4 * kChunk);
  const std::string sealed = Sealed(text, kChunk);
  const auto chunk = [&](size_t i) {
    return sealed.substr(kHeader + i * kSealedChunk, kSealedChunk);
  };
  for (const std::vector<size_t>& order : {std::vector<size_t>{1, 0, 2, 3},
                                           {0, 2, 1, 3},
                                           {0, 0, 1, 2, 3},
                                           {0, 1, 3},
                                           {0, 1, 2},
                                           {1, 2, 3},
                                           {3},
                                           {0, 1, 2, 3, 3},
                                           {0, 3, 1, 2}}) {
    std::string mixed = sealed.substr(0, kHeader);
    for (const size_t i : order) mixed += chunk(i);
    const Outcome opened = Opened(mixed, 700);
    EXPECT_EQ(opened.status.code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(opened.text, text.substr(0, opened.text.size()));
  }
}

TEST_F(SealStreamTest, ChunksOfAnotherStream) {
  const std::string one = Sealed(TextOf(2 * kChunk), kChunk);
  const std::string other = Sealed(TextOf(2 * kChunk), kChunk);
  EXPECT_EQ(
      Opened(one.substr(0, kHeader + kSealedChunk) + other.substr(kHeader + kSealedChunk), 700)
          .status.code(),
      absl::StatusCode::kUnauthenticated);
}

TEST_F(SealStreamTest, AnotherKeyOrAssociatedData) {
  const std::string sealed = Sealed("text", 4, {.associated_data = "order 7"});
  for (const OpenStream::Options& options :
       {OpenStream::Options{.key = Secret(std::string(32, 'j')), .associated_data = "order 7"},
        OpenStream::Options{.associated_data = "order 8"}, OpenStream::Options{}}) {
    EXPECT_EQ(Opened(sealed, 700, options).status.code(), absl::StatusCode::kUnauthenticated);
  }
}

TEST_F(SealStreamTest, AnErrorIsForGood) {
  const std::string sealed = Sealed(TextOf(3 * kChunk), kChunk);
  std::string changed = sealed;
  changed[kHeader] = static_cast<char>(changed[kHeader] ^ 1);
  OpenStream stream = OpenStream::Create({.key = key_});
  const absl::Status status = stream.Update(changed).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(stream.Update(sealed).status(), status);
  EXPECT_EQ(stream.Finish().status(), status);
}

TEST_F(SealStreamTest, WhatCannotBe) {
  for (const int64_t chunk : {-1, 0, 512, 1023, 1025, 3000, 1 << 25}) {
    EXPECT_EQ(SealStream::Create({.key = key_, .chunk_bytes = chunk}).status(),
              absl::InvalidArgumentError(absl::StrCat("seal stream: chunk_bytes is ", chunk,
                                                      ", not a power of 2 from 1 KiB to 16 MiB")));
  }
  EXPECT_THAT(SealStream::Create({.key = key_, .algorithm = "aes-256-cbc"}).status().message(),
              HasSubstr("seal stream: no algorithm \"aes-256-cbc\"; there are aes-256-gcm"));
  EXPECT_EQ(SealStream::Create({.key = Secret("short")}).status(),
            absl::InvalidArgumentError("seal stream: key: aes-256-gcm takes 32 bytes, not 5"));
  EXPECT_EQ(Opened(Sealed("text", 4), 700, {.key = Secret("short")}).status,
            absl::InvalidArgumentError("open stream: key: aes-256-gcm takes 32 bytes, not 5"));
  EXPECT_EQ(Opened(std::string(100, 'x'), 700).status,
            absl::InvalidArgumentError("open stream: not the header of a sealed stream"));
}

// The layout that the header promises, opened here by hand from its parts.
TEST_F(SealStreamTest, IsLaidOutAsItIsDescribed) {
  const std::string text = TextOf(2 * kChunk + 7);
  const std::string sealed =
      Sealed(text, 700, {.associated_data = "order 7", .algorithm = "chacha20-poly1305"});
  const std::string prefix = absl::StrCat("RONDOSL1", "\x02\x0a", std::string(2, '\0'));
  EXPECT_EQ(ToHex(sealed.substr(0, 12)), ToHex(prefix));
  const Digest hash = internal::ComputeHash(algorithms, {.data = "order 7"}, Never).value();
  const Secret key =
      internal::DeriveByHkdf(algorithms,
                             {.key = key_,
                              .salt = sealed.substr(12, 32),
                              .info = absl::StrCat("rondo sealed stream", prefix, hash.bytes)})
          .value();
  std::string opened;
  for (size_t i = 0; i < 3; ++i) {
    std::string nonce(12, '\0');
    nonce[10] = static_cast<char>(i);
    nonce[11] = i == 2 ? 1 : 0;
    const std::string chunk = sealed.substr(kHeader + i * kSealedChunk, kSealedChunk);
    opened += internal::OpenSealed(
                  algorithms,
                  {.key = key, .sealed = nonce + chunk, .algorithm = "chacha20-poly1305"}, Never)
                  .value();
  }
  EXPECT_EQ(opened, text);
}

TEST_F(SealStreamTest, WhatIsNotAuthenticIsWiped) {
  SealStream seal = SealStream::Create({.key = key_, .chunk_bytes = 1 << 20}).value();
  std::string sealed = seal.Update(WatchedText()).value() + seal.Finish().value();
  const auto open = [&] {
    OpenStream stream = OpenStream::Create({.key = key_});
    const absl::Status status = stream.Update(sealed).status();
    return status.ok() ? stream.Finish().status().code() : status.code();
  };
  ++sealed.back();
  EXPECT_EQ(Watched(open), absl::StatusCode::kUnauthenticated);
  EXPECT_GE(freed, 1);
  EXPECT_EQ(freed_with_text, 0);
  // Otherwise it is the caller's, who can see by this that the test looks at the right place.
  --sealed.back();
  EXPECT_EQ(Watched(open), absl::StatusCode::kOk);
  EXPECT_EQ(freed_with_text, 1);
}

TEST(SealStreamDeathTest, IsNotUsedAfterItsEnd) {
  SealStream stream = SealStream::Create({.key = Secret(std::string(32, 'k'))}).value();
  ASSERT_TRUE(stream.Finish().ok());
  EXPECT_DEATH(static_cast<void>(stream.Update("x")), "has ended");
}

}  // namespace
}  // namespace rondo::crypto
