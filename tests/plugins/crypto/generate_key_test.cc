#include "plugins/crypto/generate_key.h"

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/key_fixture.h"

namespace rondo::crypto {
namespace {

class GenerateKeyTest : public CryptoTest {};

TEST_F(GenerateKeyTest, RsaBits) {
  const auto make = [](int32_t bits) {
    return internal::MakeKey({.algorithm = KeyAlgorithm::kRsa, .rsa_bits = bits}, Never).status();
  };
  EXPECT_EQ(make(2047), absl::InvalidArgumentError(
                            "crypto.generate_key: rsa_bits is 2047, less than 2048 (112 bits of "
                            "security, NIST SP 800-131A)"));
  EXPECT_EQ(make(16385).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(make(-1).code(), absl::StatusCode::kInvalidArgument);
  // They say nothing of other keys.
  EXPECT_TRUE(internal::MakeKey({.algorithm = KeyAlgorithm::kP256, .rsa_bits = 1}, Never).ok());
}

TEST_F(GenerateKeyTest, StopsWhenNobodyWaits) {
  int asked = 0;
  EXPECT_EQ(internal::MakeKey({.algorithm = KeyAlgorithm::kRsa, .rsa_bits = 16384},
                              [&] { return ++asked > 3; })
                .status()
                .code(),
            absl::StatusCode::kCancelled);
}

TEST_F(GenerateKeyTest, PublicHalf) {
  const PrivateKey key = NewKey(KeyAlgorithm::kEd25519);
  EXPECT_TRUE(internal::PublicHalf({.key = key}).value() == key.public_key());
  EXPECT_EQ(internal::PublicHalf({}).status(),
            absl::InvalidArgumentError("crypto.public_key: key: no key was given"));
}

}  // namespace
}  // namespace rondo::crypto
