#include "plugins/crypto/aead.h"

#include <set>
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

using internal::OpenSealed;
using internal::SealText;
using testing::HasSubstr;

class AeadTest : public CryptoTest {
 protected:
  absl::StatusOr<std::string> Sealed(const Seal& request) {
    return SealText(algorithms, request, Never);
  }
  absl::StatusOr<std::string> Opened(const Open& request) {
    return OpenSealed(algorithms, request, Never);
  }
};

struct Vector {
  absl::string_view algorithm, key, nonce, associated_data, plaintext, ciphertext, tag;
};

constexpr absl::string_view kKey128 = "feffe9928665731c6d6a8f9467308308";
constexpr absl::string_view kKey256 =
    "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
constexpr absl::string_view kNonce = "cafebabefacedbaddecaf888";
constexpr absl::string_view kData = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
constexpr absl::string_view k64Bytes =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
constexpr absl::string_view k60Bytes =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";

const Vector kVectors[] = {
    // McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 1 to 4.
    {"aes-128-gcm", "00000000000000000000000000000000", "000000000000000000000000", "", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"aes-128-gcm", "00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78",
     "ab6e47d42cec13bdf53a67b21257bddf"},
    {"aes-128-gcm", kKey128, kNonce, "", k64Bytes,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
     "4d5c2af327cd64a62cf35abd2ba6fab4"},
    {"aes-128-gcm", kKey128, kNonce, kData, k60Bytes,
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    // The same, test cases 13 to 16.
    {"aes-256-gcm", "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"aes-256-gcm", "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
    {"aes-256-gcm", kKey256, kNonce, "", k64Bytes,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
     "b094dac5d93471bdec1a502270e3cc6c"},
    {"aes-256-gcm", kKey256, kNonce, kData, k60Bytes,
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    // RFC 8439, 2.8.2: "Ladies and Gentlemen of the class of '99: If I could offer you only one tip
    // for the future, sunscreen would be it."
    {"chacha20-poly1305", "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
     "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
     "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
     "637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b6116",
     "1ae10b594f09e26a7e902ecbd0600691"},
};

TEST_F(AeadTest, PublishedVectors) {
  for (const Vector& vector : kVectors) {
    const Secret key(FromHex(vector.key));
    const std::string data = FromHex(vector.associated_data);
    const absl::StatusOr<std::string> sealed = Sealed({.key = key,
                                                       .plaintext = FromHex(vector.plaintext),
                                                       .associated_data = data,
                                                       .algorithm = std::string(vector.algorithm),
                                                       .nonce = FromHex(vector.nonce)});
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_EQ(ToHex(*sealed), absl::StrCat(vector.nonce, vector.ciphertext, vector.tag));
    const absl::StatusOr<std::string> opened = Opened({.key = key,
                                                       .sealed = *sealed,
                                                       .associated_data = data,
                                                       .algorithm = std::string(vector.algorithm)});
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(ToHex(*opened), vector.plaintext);
  }
}

struct Algorithm {
  std::string name;
  size_t key_bytes;
};

const Algorithm kAlgorithms[] = {
    {"aes-256-gcm", 32}, {"aes-128-gcm", 16}, {"chacha20-poly1305", 32}};

TEST_F(AeadTest, OpenGivesBackWhatSealTook) {
  constexpr size_t kPiece = 256 << 10;
  for (const Algorithm& algorithm : kAlgorithms) {
    const Secret key(std::string(algorithm.key_bytes, 'k'));
    for (const size_t size : {size_t{0}, size_t{1}, size_t{15}, size_t{16}, size_t{17}, kPiece - 1,
                              kPiece, kPiece + 1, 3 * kPiece + 9}) {
      std::string text(size, '\0');
      for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 2654435761u >> 11);
      for (const std::string& data : {std::string(), std::string(2 * kPiece + 3, 'd')}) {
        const absl::StatusOr<std::string> sealed = Sealed(
            {.key = key, .plaintext = text, .associated_data = data, .algorithm = algorithm.name});
        ASSERT_TRUE(sealed.ok()) << sealed.status();
        EXPECT_EQ(sealed->size(), kNonceBytes + size + kTagBytes);
        const absl::StatusOr<std::string> opened = Opened(
            {.key = key, .sealed = *sealed, .associated_data = data, .algorithm = algorithm.name});
        ASSERT_TRUE(opened.ok()) << opened.status();
        EXPECT_TRUE(*opened == text);
      }
    }
  }
}

TEST_F(AeadTest, EveryChangedBitIsNoticed) {
  for (const Algorithm& algorithm : kAlgorithms) {
    const Secret key(std::string(algorithm.key_bytes, 'k'));
    const std::string sealed = Sealed({.key = key,
                                       .plaintext = "attack at dawn",
                                       .associated_data = "order 7",
                                       .algorithm = algorithm.name})
                                   .value();
    Open open = {.key = key, .associated_data = "order 7", .algorithm = algorithm.name};
    for (size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
      open.sealed = sealed;
      open.sealed[bit / 8] = static_cast<char>(open.sealed[bit / 8] ^ (1 << bit % 8));
      const absl::Status status = Opened(open).status();
      ASSERT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << bit << ": " << status;
    }
    open.sealed = sealed;
    EXPECT_TRUE(Opened(open).ok());
    open.associated_data = "order 8";
    EXPECT_EQ(Opened(open).status().code(), absl::StatusCode::kUnauthenticated);
    open.associated_data = "";
    EXPECT_EQ(Opened(open).status().code(), absl::StatusCode::kUnauthenticated);
    open.associated_data = "order 7";
    open.key = Secret(std::string(algorithm.key_bytes, 'j'));
    EXPECT_EQ(Opened(open).status().code(), absl::StatusCode::kUnauthenticated);
  }
}

TEST_F(AeadTest, CutOrLengthened) {
  const Secret key(std::string(32, 'k'));
  const std::string sealed = Sealed({.key = key, .plaintext = "attack at dawn"}).value();
  for (size_t size = 0; size < sealed.size(); ++size) {
    const absl::Status status = Opened({.key = key, .sealed = sealed.substr(0, size)}).status();
    EXPECT_EQ(status.code(), size < kNonceBytes + kTagBytes ? absl::StatusCode::kInvalidArgument
                                                            : absl::StatusCode::kUnauthenticated);
  }
  EXPECT_EQ(Opened({.key = key, .sealed = sealed + "x"}).status().code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Opened({.key = key, .sealed = "short"}).status().message(),
            "crypto.open: sealed: 5 bytes are less than nonce and tag (28)");
}

TEST_F(AeadTest, TheOtherAlgorithmOfThisKeySize) {
  const Secret key(std::string(32, 'k'));
  const std::string sealed = Sealed({.key = key, .plaintext = "text"}).value();
  EXPECT_EQ(
      Opened({.key = key, .sealed = sealed, .algorithm = "chacha20-poly1305"}).status().code(),
      absl::StatusCode::kUnauthenticated);
}

TEST_F(AeadTest, NoncesDiffer) {
  const Secret key(std::string(32, 'k'));
  std::set<std::string> nonces;
  for (int i = 0; i < 100; ++i) nonces.insert(Sealed({.key = key})->substr(0, kNonceBytes));
  EXPECT_EQ(nonces.size(), size_t{100});
}

TEST_F(AeadTest, WrongSizesNameTheParameterAndNeverShowTheKey) {
  for (const Algorithm& algorithm : kAlgorithms) {
    for (const size_t size : {size_t{0}, algorithm.key_bytes - 1, algorithm.key_bytes + 1}) {
      const Secret key(std::string(size, 'k'));
      const std::string expected = absl::StrCat("key: ", algorithm.name, " takes ",
                                                algorithm.key_bytes, " bytes, not ", size);
      const absl::Status seal = Sealed({.key = key, .algorithm = algorithm.name}).status();
      EXPECT_EQ(seal, absl::InvalidArgumentError(absl::StrCat("crypto.seal: ", expected)));
      const absl::Status open =
          Opened({.key = key, .sealed = std::string(28, 's'), .algorithm = algorithm.name})
              .status();
      EXPECT_EQ(open, absl::InvalidArgumentError(absl::StrCat("crypto.open: ", expected)));
    }
  }
  for (const size_t size : {0, 11, 13, 16}) {
    EXPECT_EQ(
        Sealed({.key = Secret(std::string(32, 'k')), .nonce = std::string(size, 'n')}).status(),
        absl::InvalidArgumentError(
            absl::StrCat("crypto.seal: nonce: aes-256-gcm takes 12 bytes, not ", size)));
  }
}

TEST_F(AeadTest, AnUnknownAlgorithmIsAnsweredWithTheKnownOnes) {
  const Secret key(std::string(32, 'k'));
  const absl::Status status = Sealed({.key = key, .algorithm = "aes-256-cbc"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "crypto.seal: no algorithm \"aes-256-cbc\"; there are aes-256-gcm, aes-128-gcm, "
            "chacha20-poly1305");
  EXPECT_EQ(Opened({.key = key, .sealed = std::string(28, 's'), .algorithm = ""}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(AeadTest, StopsBetweenPieces) {
  const Secret key(std::string(32, 'k'));
  const std::string text(1 << 20, 'x');
  const std::string sealed = Sealed({.key = key, .plaintext = text}).value();
  for (int instant = 1; instant <= 4; ++instant) {
    int asked = 0;
    const auto stopped = [&] { return ++asked == instant; };
    EXPECT_EQ(SealText(algorithms, {.key = key, .plaintext = text}, stopped).status().code(),
              absl::StatusCode::kCancelled);
    asked = 0;
    EXPECT_EQ(OpenSealed(algorithms, {.key = key, .sealed = sealed}, stopped).status().code(),
              absl::StatusCode::kCancelled);
  }
}

// Of a text that does not reach the caller, nothing stays behind in memory.
TEST_F(AeadTest, WhatIsNotAuthenticOrNotWaitedForIsWiped) {
  const Secret key = Secret::OfSize(32);
  Open request = {.key = key, .sealed = Sealed({.key = key, .plaintext = WatchedText()}).value()};

  int asked = 0;  // The text has two pieces; the caller stops between them.
  EXPECT_EQ(Watched([&] {
              return OpenSealed(algorithms, request, [&] { return ++asked == 2; }).status().code();
            }),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(freed, 1);
  EXPECT_EQ(freed_with_text, 0);

  ++request.sealed.back();
  EXPECT_EQ(Watched([&] { return Opened(request).status().code(); }),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(freed, 1);
  EXPECT_EQ(freed_with_text, 0);

  // Otherwise it is the caller's, who can see by this that the test looks at the right place.
  --request.sealed.back();
  EXPECT_EQ(Watched([&] { return Opened(request).status().code(); }), absl::StatusCode::kOk);
  EXPECT_EQ(freed, 1);
  EXPECT_EQ(freed_with_text, 1);
}

}  // namespace
}  // namespace rondo::crypto
