#include "plugins/crypto/import_key.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/export_key.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/key_fixture.h"

namespace rondo::crypto {
namespace {

using internal::ReadPrivateKey;
using internal::ReadPublicKey;
using internal::WritePrivateKey;
using internal::WritePublicKey;
using testing::HasSubstr;

class ImportKeyTest : public CryptoTest {
 protected:
  void ExpectRefused(const ImportPrivateKey& request, absl::string_view why) {
    const absl::Status status = ReadPrivateKey(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), HasSubstr(why));
  }
  void ExpectRefused(const ImportPublicKey& request, absl::string_view why) {
    const absl::Status status = ReadPublicKey(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), HasSubstr(why));
  }
};

TEST_F(ImportKeyTest, ReadsWhatExportWrites) {
  for (const KeyAlgorithm algorithm : kAllKeyAlgorithms) {
    const PrivateKey key = NewKey(algorithm);
    for (const KeyFormat format : {KeyFormat::kPem, KeyFormat::kDer, KeyFormat::kRaw}) {
      if (algorithm == KeyAlgorithm::kRsa && format == KeyFormat::kRaw) continue;
      const absl::StatusOr<PrivateKey> again =
          ReadPrivateKey({.data = WritePrivateKey({.key = key, .format = format}).value(),
                          .format = format,
                          .raw_algorithm = algorithm});
      ASSERT_TRUE(again.ok()) << again.status();
      EXPECT_TRUE(again->public_key() == key.public_key());
      const absl::StatusOr<PublicKey> half = ReadPublicKey(
          {.data = WritePublicKey({.key = key.public_key(), .format = format}).value(),
           .format = format,
           .raw_algorithm = algorithm});
      ASSERT_TRUE(half.ok()) << half.status();
      EXPECT_TRUE(*half == key.public_key());
    }
  }
}

TEST_F(ImportKeyTest, Passphrases) {
  const PrivateKey key = NewKey(KeyAlgorithm::kP256);
  for (const KeyFormat format : {KeyFormat::kPem, KeyFormat::kDer}) {
    const Secret encrypted =
        WritePrivateKey({.key = key, .format = format, .passphrase = Secret("right")}).value();
    ImportPrivateKey request{.data = encrypted, .format = format};
    ExpectRefused(request, "passphrase: the key is encrypted, and none was given");
    request.passphrase = Secret("wrong");
    EXPECT_EQ(ReadPrivateKey(request).status().code(), absl::StatusCode::kUnauthenticated);
    request.passphrase = Secret(std::string(5000, 'w'));
    EXPECT_EQ(ReadPrivateKey(request).status().code(), absl::StatusCode::kUnauthenticated);
    request.passphrase = Secret("right");
    EXPECT_TRUE(ReadPrivateKey(request).value().public_key() == key.public_key());
  }
}

TEST_F(ImportKeyTest, WhatIsNoKey) {
  for (const absl::string_view data : {"", "x", "-----BEGIN PRIVATE KEY-----\n", "\x30\x03"}) {
    ExpectRefused(ImportPrivateKey{.data = Secret(data)}, "data: no private key in PEM");
    ExpectRefused(ImportPrivateKey{.data = Secret(data), .format = KeyFormat::kDer},
                  "data: no private key in DER");
    ExpectRefused(ImportPublicKey{.data = std::string(data)}, "data: no public key in PEM");
    ExpectRefused(ImportPublicKey{.data = std::string(data), .format = KeyFormat::kDer},
                  "data: no public key in DER");
  }
  const std::string large((1 << 20) + 1, 'x');
  ExpectRefused(ImportPrivateKey{.data = Secret(large)}, "1048577 bytes are more than 1 MiB");
  ExpectRefused(ImportPublicKey{.data = large}, "1048577 bytes are more than 1 MiB");
}

TEST_F(ImportKeyTest, CutAndLengthened) {
  const PrivateKey key = NewKey(KeyAlgorithm::kP256);
  const Secret der = WritePrivateKey({.key = key, .format = KeyFormat::kDer}).value();
  const std::string half =
      WritePublicKey({.key = key.public_key(), .format = KeyFormat::kDer}).value();
  for (size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(
        ReadPrivateKey({.data = Secret(der.bytes().substr(0, size)), .format = KeyFormat::kDer})
            .ok());
  }
  for (size_t size = 0; size < half.size(); ++size) {
    EXPECT_FALSE(ReadPublicKey({.data = half.substr(0, size), .format = KeyFormat::kDer}).ok());
  }
  ExpectRefused(
      ImportPrivateKey{.data = Secret(absl::StrCat(der.bytes(), "x")), .format = KeyFormat::kDer},
      "there are bytes behind the key");
  ExpectRefused(ImportPublicKey{.data = half + "x", .format = KeyFormat::kDer},
                "data: there are bytes behind the key");
  const Secret encrypted =
      WritePrivateKey({.key = key, .format = KeyFormat::kDer, .passphrase = Secret("right")})
          .value();
  ExpectRefused(ImportPrivateKey{.data = Secret(absl::StrCat(encrypted.bytes(), "x")),
                                 .format = KeyFormat::kDer,
                                 .passphrase = Secret("right")},
                "data: there are bytes behind the key");
}

TEST_F(ImportKeyTest, APublicKeyIsNoPrivateOne) {
  const std::string pem = WritePublicKey({.key = NewKey(KeyAlgorithm::kP256).public_key()}).value();
  ExpectRefused(ImportPrivateKey{.data = Secret(pem)}, "crypto.import_private_key: ");
}

TEST_F(ImportKeyTest, WeakRsaIsRefusedUnlessAllowed) {
  ImportPublicKey request{.data = std::string(kWeakRsaPem)};
  ExpectRefused(request,
                "data: an RSA key of 1024 bits, less than 2048 (112 bits of security, NIST SP "
                "800-131A); allow_weak allows it");
  request.allow_weak = true;
  EXPECT_EQ(ReadPublicKey(request)->bits(), 1024);
}

TEST_F(ImportKeyTest, OtherAlgorithmsAreNamed) {
  ExpectRefused(
      ImportPublicKey{.data = std::string(kOtherCurvePem)},
      "data: a key of the algorithm secp256k1; there are ed25519, x25519, p256, p384, rsa");
}

TEST_F(ImportKeyTest, RawSizes) {
  for (const KeyAlgorithm algorithm :
       {KeyAlgorithm::kEd25519, KeyAlgorithm::kX25519, KeyAlgorithm::kP256, KeyAlgorithm::kP384}) {
    for (const size_t size : {0, 31, 33, 47, 49, 64, 66, 98}) {
      ExpectRefused(ImportPrivateKey{.data = Secret(std::string(size, 'x')),
                                     .format = KeyFormat::kRaw,
                                     .raw_algorithm = algorithm},
                    absl::StrCat("data: a raw key of ", NameOf(algorithm), " has "));
      ExpectRefused(ImportPublicKey{.data = std::string(size, 'x'),
                                    .format = KeyFormat::kRaw,
                                    .raw_algorithm = algorithm},
                    absl::StrCat("data: a raw key of ", NameOf(algorithm), " has "));
    }
  }
  ExpectRefused(ImportPublicKey{.format = KeyFormat::kRaw}, "raw_algorithm: ");
  ExpectRefused(ImportPrivateKey{.format = KeyFormat::kRaw, .raw_algorithm = KeyAlgorithm::kRsa},
                "raw_algorithm: keys of RSA have no raw form");
}

TEST_F(ImportKeyTest, PointsThatAreNotOnTheCurve) {
  std::string point = FromHex(RawHex(NewKey(KeyAlgorithm::kP256).public_key()));
  point[64] = static_cast<char>(point[64] ^ 1);
  ExpectRefused(
      ImportPublicKey{
          .data = point, .format = KeyFormat::kRaw, .raw_algorithm = KeyAlgorithm::kP256},
      "data: no key of p256");
  // The point at infinity, at its length and padded to that of others.
  ExpectRefused(ImportPublicKey{.data = std::string(65, '\0'),
                                .format = KeyFormat::kRaw,
                                .raw_algorithm = KeyAlgorithm::kP256},
                "data: no key of p256");
  // The same point inside DER.
  std::string der =
      WritePublicKey({.key = NewKey(KeyAlgorithm::kP256).public_key(), .format = KeyFormat::kDer})
          .value();
  der.back() = static_cast<char>(der.back() ^ 1);
  ExpectRefused(ImportPublicKey{.data = der, .format = KeyFormat::kDer}, "public key");
}

// The point at infinity, as SEC 1 writes it: one zero.
TEST_F(ImportKeyTest, ThePointAtInfinityIsNoKey) {
  const std::string der = FromHex("3019301306072a8648ce3d020106082a8648ce3d03010703020000");
  ExpectRefused(ImportPublicKey{.data = der, .format = KeyFormat::kDer}, "data: ");
}

TEST_F(ImportKeyTest, AnEvenExponentOfRsaIsNone) {
  std::string der =
      WritePublicKey({.key = NewKey(KeyAlgorithm::kRsa).public_key(), .format = KeyFormat::kDer})
          .value();
  ASSERT_EQ(ToHex(der.substr(der.size() - 5)), "0203010001");
  der.back() = '\0';
  ExpectRefused(ImportPublicKey{.data = der, .format = KeyFormat::kDer},
                "data: an RSA key whose exponent is even or 1");
}

TEST_F(ImportKeyTest, NumbersThatCannotBeKeys) {
  const auto expect_refused = [this](absl::string_view hex) {
    ExpectRefused(ImportPrivateKey{.data = Secret(FromHex(hex)),
                                   .format = KeyFormat::kRaw,
                                   .raw_algorithm = KeyAlgorithm::kP256},
                  "data: the number is 0 or not below the order of p256");
  };
  expect_refused("0000000000000000000000000000000000000000000000000000000000000000");
  // The order itself (FIPS 186-5), and more.
  expect_refused("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  expect_refused("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
  RawPrivate(KeyAlgorithm::kP256,
             "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550");
}

TEST_F(ImportKeyTest, AForeignPublicHalfIsNoticed) {
  const Secret one =
      WritePrivateKey({.key = NewKey(KeyAlgorithm::kP256), .format = KeyFormat::kDer}).value();
  const Secret other =
      WritePrivateKey({.key = NewKey(KeyAlgorithm::kP256), .format = KeyFormat::kDer}).value();
  // The point is at the end.
  const std::string mixed =
      absl::StrCat(one.bytes().substr(0, one.size() - 64), other.bytes().substr(other.size() - 64));
  ExpectRefused(ImportPrivateKey{.data = Secret(mixed), .format = KeyFormat::kDer},
                "data: the public key is not that of the private one");
}

// RFC 8032, 7.1, and RFC 6979, A.2.5.
TEST_F(ImportKeyTest, PublicHalvesOfPublishedKeys) {
  EXPECT_EQ(RawHex(RawPrivate(KeyAlgorithm::kEd25519,
                              "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
                       .public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(RawHex(RawPrivate(KeyAlgorithm::kP256,
                              "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")
                       .public_key()),
            "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
            "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
}

}  // namespace
}  // namespace rondo::crypto
