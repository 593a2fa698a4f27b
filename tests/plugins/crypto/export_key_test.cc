#include "plugins/crypto/export_key.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/key_fixture.h"

namespace rondo::crypto {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ExportKeyTest : public CryptoTest {};

TEST_F(ExportKeyTest, WritesWhatWasReadRaw) {
  constexpr absl::string_view kHex =
      "00afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kEd25519, KeyAlgorithm::kX25519, KeyAlgorithm::kP256}) {
    const PrivateKey key = RawPrivate(algorithm, kHex);
    EXPECT_EQ(HexOf(internal::WritePrivateKey({.key = key, .format = KeyFormat::kRaw})), kHex);
  }
}

TEST_F(ExportKeyTest, PemSaysWhatItIs) {
  const PrivateKey key = NewKey(KeyAlgorithm::kEd25519);
  EXPECT_THAT(std::string(internal::WritePrivateKey({.key = key})->bytes()),
              StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_THAT(
      std::string(internal::WritePrivateKey({.key = key, .passphrase = Secret("x")})->bytes()),
      StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  EXPECT_THAT(internal::WritePublicKey({.key = key.public_key()}).value(),
              StartsWith("-----BEGIN PUBLIC KEY-----\n"));
}

TEST_F(ExportKeyTest, APassphraseIsWorkToGuess) {
  const Secret der = internal::WritePrivateKey({.key = NewKey(KeyAlgorithm::kEd25519),
                                                .format = KeyFormat::kDer,
                                                .passphrase = Secret("x")})
                         .value();
  // 600 000 iterations (of HMAC-SHA-256, then AES-256-CBC), in DER.
  EXPECT_THAT(ToHex(der.bytes()), HasSubstr("02030927c0"));
  EXPECT_THAT(ToHex(der.bytes()), HasSubstr("2a864886f70d0209"));
  EXPECT_THAT(ToHex(der.bytes()), HasSubstr("60864801650304012a"));
}

TEST_F(ExportKeyTest, WhatCannotBe) {
  EXPECT_EQ(internal::WritePrivateKey({}).status(),
            absl::InvalidArgumentError("crypto.export_private_key: key: no key was given"));
  EXPECT_EQ(internal::WritePublicKey({}).status(),
            absl::InvalidArgumentError("crypto.export_public_key: key: no key was given"));
  const PrivateKey rsa = NewKey(KeyAlgorithm::kRsa);
  EXPECT_EQ(internal::WritePrivateKey({.key = rsa, .format = KeyFormat::kRaw}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(internal::WritePublicKey({.key = rsa.public_key(), .format = KeyFormat::kRaw})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(internal::WritePrivateKey({.key = NewKey(KeyAlgorithm::kEd25519),
                                       .format = KeyFormat::kRaw,
                                       .passphrase = Secret("x")})
                .status(),
            absl::InvalidArgumentError(
                "crypto.export_private_key: passphrase: raw keys cannot be encrypted"));
  // What is allowed can be read again.
  const PrivateKey key = NewKey(KeyAlgorithm::kEd25519);
  Secret passphrase(std::string(1001, 'p'));
  EXPECT_EQ(internal::WritePrivateKey({.key = key, .passphrase = passphrase}).status(),
            absl::InvalidArgumentError(
                "crypto.export_private_key: passphrase: 1001 bytes are more than 1000"));
  passphrase = Secret(std::string(1000, 'p'));
  const Secret pem = internal::WritePrivateKey({.key = key, .passphrase = passphrase}).value();
  EXPECT_TRUE(internal::ReadPrivateKey({.data = pem, .passphrase = passphrase}).ok());
}

}  // namespace
}  // namespace rondo::crypto
