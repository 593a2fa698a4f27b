#include "plugins/crypto/key.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/key_data.h"
#include "runtime/json_fields.h"
#include "runtime/resource.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/key_fixture.h"

namespace rondo::crypto {
namespace {

using testing::HasSubstr;

class KeyTest : public CryptoTest {};

TEST_F(KeyTest, NoneIsNone) {
  EXPECT_FALSE(PublicKey());
  EXPECT_FALSE(PrivateKey());
  EXPECT_TRUE(PublicKey() == PublicKey());
}

TEST_F(KeyTest, KnowsWhatItIs) {
  for (const KeyAlgorithm algorithm : kAllKeyAlgorithms) {
    const PrivateKey key = NewKey(algorithm);
    EXPECT_EQ(key.algorithm(), algorithm);
    EXPECT_EQ(key.public_key().algorithm(), algorithm);
    EXPECT_EQ(key.bits(), key.public_key().bits());
    EXPECT_TRUE(key.public_key() == key.public_key());
    EXPECT_FALSE(key.public_key() == NewKey(algorithm).public_key());
    EXPECT_FALSE(key.public_key() == PublicKey());
  }
  EXPECT_EQ(NewKey(KeyAlgorithm::kP384).bits(), 384);
  EXPECT_EQ(NewKey(KeyAlgorithm::kRsa).bits(), 2048);
  EXPECT_FALSE(NewKey(KeyAlgorithm::kP256).public_key() ==
               NewKey(KeyAlgorithm::kEd25519).public_key());
}

TEST_F(KeyTest, APrivateOneDoesNotPrint) {
  EXPECT_EQ(absl::StrCat(NewKey(KeyAlgorithm::kEd25519)), "<private key>");
}

TEST_F(KeyTest, ThePublicHalfHoldsNoPrivateOne) {
  const PublicKey half = NewKey(KeyAlgorithm::kP256).public_key();
  EXPECT_EQ(internal::WritePrivateKey({.key = PrivateKey(std::make_shared<internal::KeyData>(
                                           internal::Key(EVP_PKEY_dup(half.data()->key.get())),
                                           KeyAlgorithm::kP256, 256)),
                                       .format = KeyFormat::kRaw})
                .status()
                .code(),
            absl::StatusCode::kInternal);
}

TEST_F(KeyTest, ByNameItIsItsPem) {
  ResourceTable resources;
  for (const KeyAlgorithm algorithm : kAllKeyAlgorithms) {
    PrivateKey key = NewKey(algorithm);
    JsonWriter private_writer(resources);
    private_writer.Value(key);
    const nlohmann::json private_pem = private_writer.Take();
    EXPECT_THAT(private_pem.get<std::string>(), HasSubstr("-----BEGIN PRIVATE KEY-----"));
    PrivateKey read;
    JsonReader private_reader(private_pem, resources);
    private_reader.Value(read);
    EXPECT_TRUE(private_reader.status().ok());
    EXPECT_TRUE(read.public_key() == key.public_key());

    PublicKey half = key.public_key();
    JsonWriter public_writer(resources);
    public_writer.Value(half);
    const nlohmann::json public_pem = public_writer.Take();
    EXPECT_THAT(public_pem.get<std::string>(), HasSubstr("-----BEGIN PUBLIC KEY-----"));
    PublicKey read_half;
    JsonReader public_reader(public_pem, resources);
    public_reader.Value(read_half);
    EXPECT_TRUE(read_half == half);
  }
}

TEST_F(KeyTest, ByNameNothingElse) {
  const ResourceTable resources;
  const nlohmann::json wrong = "not a key";
  PrivateKey key;
  JsonReader reader(wrong, resources);
  reader.Value(key);
  EXPECT_EQ(reader.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(reader.status().message(), HasSubstr("no private key in PEM"));
  EXPECT_FALSE(key);
}

TEST(KeyDeathTest, NoneHasNoAlgorithm) {
  EXPECT_DEATH(static_cast<void>(PublicKey().algorithm()), "no key");
  EXPECT_DEATH(static_cast<void>(PrivateKey().public_key()), "no key");
}

}  // namespace
}  // namespace rondo::crypto
