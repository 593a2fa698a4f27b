#include "plugins/crypto/sign.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/key_fixture.h"

namespace rondo::crypto {
namespace {

using testing::HasSubstr;

class SignTest : public CryptoTest {
 protected:
  absl::StatusOr<std::string> Signed(const Sign& request) {
    return internal::MakeSignature(algorithms, request);
  }
  absl::StatusCode Verified(const Verify& request) {
    return internal::VerifySignature(algorithms, request).code();
  }
};

struct Ed25519Vector {
  absl::string_view key, data, signature;
};

// RFC 8032, 7.1.
constexpr Ed25519Vector kEd25519Vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"},
};

TEST_F(SignTest, PublishedVectorsOfEd25519) {
  for (const Ed25519Vector& vector : kEd25519Vectors) {
    const PrivateKey key = RawPrivate(KeyAlgorithm::kEd25519, vector.key);
    EXPECT_EQ(ToHex(Signed({.key = key, .data = FromHex(vector.data)}).value()), vector.signature);
    EXPECT_EQ(Verified({.key = key.public_key(),
                        .data = FromHex(vector.data),
                        .signature = FromHex(vector.signature)}),
              absl::StatusCode::kOk);
  }
}

// RFC 6979, A.2.5 and A.2.6; the signatures as DER.
TEST_F(SignTest, PublishedVectorsOfEcdsa) {
  EXPECT_EQ(
      Verified({.key = RawPublic(KeyAlgorithm::kP256,
                                 "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29f"
                                 "b67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d44622"
                                 "99"),
                .data = "sample",
                .signature = FromHex(
                    "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf371602"
                    "2100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")}),
      absl::StatusCode::kOk);
  EXPECT_EQ(
      Verified({.key = RawPublic(KeyAlgorithm::kP384,
                                 "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c"
                                 "64def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c621"
                                 "896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd25332647"
                                 "20"),
                .data = "sample",
                .signature = FromHex(
                    "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81"
                    "a648152e44acf96e36dd1e80fabe4602310099ef4aeb15f178cea1fe40db2603138f130e740a"
                    "19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8")}),
      absl::StatusCode::kOk);
}

struct Case {
  KeyAlgorithm key;
  std::optional<SignatureAlgorithm> algorithm;
};

const Case kCases[] = {
    {KeyAlgorithm::kEd25519, {}},
    {KeyAlgorithm::kP256, {}},
    {KeyAlgorithm::kP384, {}},
    {KeyAlgorithm::kRsa, {}},
    {KeyAlgorithm::kP256, SignatureAlgorithm::kEcdsaSha512},
    {KeyAlgorithm::kRsa, SignatureAlgorithm::kRsaPssSha384},
    {KeyAlgorithm::kRsa, SignatureAlgorithm::kRsaPssSha512},
};

TEST_F(SignTest, OnlyTheSignedIsVerified) {
  for (const Case& each : kCases) {
    const PrivateKey key = NewKey(each.key);
    const std::string signature =
        Signed({.key = key, .data = "order 7", .algorithm = each.algorithm}).value();
    Verify request{.key = key.public_key(),
                   .data = "order 7",
                   .signature = signature,
                   .algorithm = each.algorithm};
    EXPECT_EQ(Verified(request), absl::StatusCode::kOk);
    request.data = "order 8";
    EXPECT_EQ(Verified(request), absl::StatusCode::kUnauthenticated);
    request.data = "order 7";
    request.key = NewKey(each.key).public_key();
    EXPECT_EQ(Verified(request), absl::StatusCode::kUnauthenticated);
    request.key = key.public_key();
    for (size_t bit = 0; bit < 8 * signature.size(); bit += 7) {
      request.signature = signature;
      request.signature[bit / 8] = static_cast<char>(request.signature[bit / 8] ^ (1 << bit % 8));
      EXPECT_EQ(Verified(request), absl::StatusCode::kUnauthenticated) << bit;
    }
    for (const size_t size : {size_t{0}, size_t{1}, signature.size() - 1}) {
      request.signature = signature.substr(0, size);
      EXPECT_EQ(Verified(request), absl::StatusCode::kUnauthenticated) << size;
    }
    request.signature = signature + "x";
    EXPECT_EQ(Verified(request), absl::StatusCode::kUnauthenticated);
  }
}

// OpenSSL would cut the size of one of 4 GiB to 32 bits, and take it for one that is right.
TEST_F(SignTest, SignaturesThatAreTooLargeAreNotLookedAt) {
  const PublicKey rsa = NewKey(KeyAlgorithm::kRsa).public_key();
  EXPECT_EQ(internal::VerifySignature(algorithms, {.key = rsa, .signature = std::string(257, 's')}),
            absl::UnauthenticatedError("crypto.verify: signature: 257 bytes are more than one by "
                                       "this key can have (256)"));
  EXPECT_EQ(internal::VerifySignature(algorithms, {.key = rsa, .signature = std::string(256, 's')}),
            absl::UnauthenticatedError(
                "crypto.verify: not a signature of this data by this key and algorithm"));
}

TEST_F(SignTest, TheAlgorithmIsPartOfIt) {
  const PrivateKey key = NewKey(KeyAlgorithm::kRsa);
  const std::string signature = Signed({.key = key, .data = "x"}).value();
  for (const SignatureAlgorithm other :
       {SignatureAlgorithm::kRsaPssSha384, SignatureAlgorithm::kRsaPkcs1Sha256}) {
    EXPECT_EQ(
        Verified(
            {.key = key.public_key(), .data = "x", .signature = signature, .algorithm = other}),
        absl::StatusCode::kUnauthenticated);
  }
}

TEST_F(SignTest, WhatCannotBe) {
  const auto refusal = [this](const Sign& request) {
    const absl::Status status = Signed(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_EQ(refusal({}), "crypto.sign: key: no key was given");
  EXPECT_EQ(refusal({.key = NewKey(KeyAlgorithm::kX25519)}),
            "crypto.sign: key: one of x25519 makes no signatures");
  EXPECT_EQ(
      refusal({.key = NewKey(KeyAlgorithm::kP256), .algorithm = SignatureAlgorithm::kRsaPssSha256}),
      "crypto.sign: algorithm: a key of p256 does not make signatures of rsa-pss-sha256");
  EXPECT_THAT(refusal({.key = NewKey(KeyAlgorithm::kRsa),
                       .algorithm = SignatureAlgorithm::kRsaPkcs1Sha256}),
              HasSubstr("rsa-pkcs1-sha256 is only verified"));
  EXPECT_EQ(internal::VerifySignature(algorithms, {}),
            absl::InvalidArgumentError("crypto.verify: key: no key was given"));
  EXPECT_EQ(
      internal::VerifySignature(algorithms, {.key = NewKey(KeyAlgorithm::kX25519).public_key()})
          .code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rondo::crypto
