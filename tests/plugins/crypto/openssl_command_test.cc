// What the kinds come to, called by name, is what the openssl command comes to.
#include <memory>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "plugins/crypto/crypto_plugin.h"
#include "runtime/runtime.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/command.h"

namespace rondo::crypto {
namespace {

using nlohmann::json;

class OpensslCommand : public testing::Test {
 protected:
  OpensslCommand()
      : runtime_(Runtime::Builder().Add(std::make_unique<CryptoPlugin>()).Build().value()) {}

  absl::StatusOr<json> Call(absl::string_view kind, json request) {
    absl::StatusOr<json> result = absl::UnknownError("not told");
    runtime_->Call(kind, std::move(request),
                   [&](absl::StatusOr<json> r) { result = std::move(r); });
    CHECK_OK(runtime_->Run());
    return result;
  }
  // The bytes of a result.
  std::string BytesOf(absl::string_view kind, json request) {
    absl::StatusOr<json> result = Call(kind, std::move(request));
    if (!result.ok()) return result.status().ToString();
    if (result->is_string()) return result->get<std::string>();
    std::string bytes;
    CHECK(absl::Base64Unescape(result->at("base64").get<std::string>(), &bytes));
    return bytes;
  }
  static json AsJson(absl::string_view bytes) { return {{"base64", absl::Base64Escape(bytes)}}; }

  const std::unique_ptr<Runtime> runtime_;
};

// Of `openssl dgst -r`.
std::string FirstWord(std::string line) { return line.substr(0, line.find(' ')); }

constexpr absl::string_view kText = "The quick brown fox jumps over the lazy dog\n";

TEST_F(OpensslCommand, Hashes) {
  const std::string path = WriteScratch("text", kText);
  for (const auto& [ours, theirs] : {std::pair("sha224", "sha224"),
                                     {"sha256", "sha256"},
                                     {"sha384", "sha384"},
                                     {"sha512", "sha512"},
                                     {"sha512-256", "sha512-256"},
                                     {"sha3-224", "sha3-224"},
                                     {"sha3-256", "sha3-256"},
                                     {"sha3-384", "sha3-384"},
                                     {"sha3-512", "sha3-512"},
                                     {"blake2b512", "blake2b512"},
                                     {"blake2s256", "blake2s256"},
                                     {"legacy-md5", "md5"},
                                     {"legacy-sha1", "sha1"}}) {
    const std::string expected =
        FirstWord(OutputOf(absl::StrCat("openssl dgst -r -", theirs, " ", path)));
    EXPECT_EQ(BytesOf("crypto.hash", {{"algorithm", ours}, {"data", kText}}), expected);
    EXPECT_EQ(BytesOf("crypto.hash_file", {{"algorithm", ours}, {"path", path}}), expected);
    EXPECT_EQ(
        BytesOf("crypto.hmac", {{"algorithm", ours}, {"key", "fourteen chars"}, {"data", kText}}),
        FirstWord(
            OutputOf(absl::StrCat("openssl dgst -r -", theirs, " -hmac 'fourteen chars' ", path))));
  }
  EXPECT_EQ(BytesOf("crypto.hash", {{"data", kText}}), FirstWord(OutputOf("sha256sum " + path)));
}

TEST_F(OpensslCommand, Derivations) {
  const auto kdf = [](absl::string_view options, absl::string_view name) {
    return FromHex(absl::AsciiStrToLower(
        absl::StrReplaceAll(OutputOf(absl::StrCat("openssl kdf -keylen 40 ", options, " ", name)),
                            {{":", ""}, {"\n", ""}})));
  };
  EXPECT_EQ(BytesOf("crypto.pbkdf2", {{"password", "secret"},
                                      {"salt", "0123456789abcdef"},
                                      {"iterations", 100'000},
                                      {"algorithm", "sha512"},
                                      {"length", 40}}),
            kdf("-kdfopt digest:SHA512 -kdfopt pass:secret -kdfopt salt:0123456789abcdef "
                "-kdfopt iter:100000",
                "PBKDF2"));
  EXPECT_EQ(
      BytesOf("crypto.hkdf",
              {{"key", "fourteen chars"}, {"salt", "salt"}, {"info", "label"}, {"length", 40}}),
      kdf("-kdfopt digest:SHA256 -kdfopt 'key:fourteen chars' -kdfopt salt:salt "
          "-kdfopt info:label",
          "HKDF"));
  EXPECT_EQ(BytesOf("crypto.scrypt", {{"password", "secret"},
                                      {"salt", "0123456789abcdef"},
                                      {"n", 16384},
                                      {"p", 5},
                                      {"length", 40}}),
            kdf("-kdfopt pass:secret -kdfopt salt:0123456789abcdef -kdfopt n:16384 -kdfopt r:8 "
                "-kdfopt p:5 -kdfopt maxmem_bytes:100000000",
                "SCRYPT"));
}

struct Signature {
  absl::string_view key;      // As generate_key has it.
  absl::string_view genpkey;  // The same for openssl.
  absl::string_view algorithm;
  absl::string_view pkeyutl;  // What openssl makes and verifies it with.
};

constexpr absl::string_view kPss =
    "-digest sha256 -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest";
constexpr Signature kSignatures[] = {
    {"ed25519", "-algorithm ed25519", "ed25519", ""},
    {"p256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "ecdsa-sha256", "-digest sha256"},
    {"p384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "ecdsa-sha384", "-digest sha384"},
    {"rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "rsa-pss-sha256", kPss},
};

TEST_F(OpensslCommand, SignaturesOfOurs) {
  const std::string text = WriteScratch("text", kText);
  for (const Signature& each : kSignatures) {
    const json key =
        Call("crypto.generate_key", {{"algorithm", each.key}, {"rsa_bits", 2048}}).value();
    const json half = Call("crypto.public_key", {{"key", key}}).value();
    const std::string half_path = WriteScratch("public.pem", half.get<std::string>());
    const std::string signature_path = WriteScratch(
        "signature",
        BytesOf("crypto.sign", {{"key", key}, {"data", kText}, {"algorithm", each.algorithm}}));
    EXPECT_THAT(
        OutputOf(absl::StrCat("openssl pkeyutl -verify -rawin ", each.pkeyutl, " -pubin -inkey ",
                              half_path, " -in ", text, " -sigfile ", signature_path)),
        testing::HasSubstr("Signature Verified Successfully"));
  }
}

TEST_F(OpensslCommand, SignaturesOfTheirs) {
  const std::string text = WriteScratch("text", kText);
  const std::string key_path = Scratch("private.pem");
  for (const Signature& each : kSignatures) {
    OutputOf(absl::StrCat("openssl genpkey ", each.genpkey, " -out ", key_path, " 2>&1"));
    const std::string half = OutputOf("openssl pkey -pubout -in " + key_path);
    const auto sign = [&](absl::string_view options) {
      return OutputOf(absl::StrCat("openssl pkeyutl -sign -rawin ", options, " -inkey ", key_path,
                                   " -in ", text));
    };
    const auto verify = [&](absl::string_view signature, absl::string_view algorithm) {
      return Call("crypto.verify", {{"key", half},
                                    {"data", kText},
                                    {"signature", AsJson(signature)},
                                    {"algorithm", algorithm}})
          .status();
    };
    EXPECT_EQ(verify(sign(each.pkeyutl), each.algorithm), absl::OkStatus());
    if (each.key != "rsa") continue;
    EXPECT_EQ(verify(sign("-digest sha256"), "rsa-pkcs1-sha256"), absl::OkStatus());
    EXPECT_EQ(verify(sign("-digest sha512 -pkeyopt rsa_padding_mode:pss -pkeyopt "
                          "rsa_pss_saltlen:20"),
                     "rsa-pss-sha512"),
              absl::OkStatus());
  }
}

TEST_F(OpensslCommand, EncryptedKeysBothWays) {
  const json key = Call("crypto.generate_key", {{"algorithm", "p256"}}).value();
  const json half = Call("crypto.public_key", {{"key", key}}).value();
  const std::string encrypted_path =
      WriteScratch("encrypted.pem",
                   BytesOf("crypto.export_private_key", {{"key", key}, {"passphrase", "right"}}));
  EXPECT_EQ(OutputOf("openssl pkey -passin pass:right -pubout -in " + encrypted_path),
            half.get<std::string>());
  // The traditional form of OpenSSL, encrypted, and PKCS #8 by scrypt.
  const std::string key_path = WriteScratch("private.pem", key.get<std::string>());
  for (const absl::string_view command :
       {"openssl ec -aes256 -passout pass:right 2>/dev/null -in ",
        "openssl pkcs8 -topk8 -scrypt -passout pass:right -in "}) {
    const std::string theirs = OutputOf(absl::StrCat(command, key_path));
    const absl::StatusOr<json> ours =
        Call("crypto.import_private_key", {{"data", theirs}, {"passphrase", "right"}});
    ASSERT_TRUE(ours.ok()) << ours.status();
    EXPECT_EQ(Call("crypto.public_key", {{"key", *ours}}).value(), half);
    EXPECT_EQ(Call("crypto.import_private_key", {{"data", theirs}, {"passphrase", "wrong"}})
                  .status()
                  .code(),
              absl::StatusCode::kUnauthenticated);
  }
}

TEST_F(OpensslCommand, Agreement) {
  const json ours = Call("crypto.generate_key", {{"algorithm", "x25519"}}).value();
  const std::string half_path = WriteScratch(
      "ours.pem", Call("crypto.public_key", {{"key", ours}}).value().get<std::string>());
  const std::string key_path = Scratch("theirs.pem");
  OutputOf("openssl genpkey -algorithm x25519 -out " + key_path);
  EXPECT_EQ(
      BytesOf("crypto.agree",
              {{"key", ours}, {"peer", OutputOf("openssl pkey -pubout -in " + key_path)}}),
      OutputOf(absl::StrCat("openssl pkeyutl -derive -inkey ", key_path, " -peerkey ", half_path)));
}

}  // namespace
}  // namespace rondo::crypto
