#include "plugins/crypto/pbkdf2.h"

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/openssl.h"
#include "tests/plugins/crypto/bytes.h"

namespace rondo::crypto {
namespace {

class Pbkdf2Test : public CryptoTest {
 protected:
  absl::StatusOr<Secret> Derived(const Pbkdf2& request) {
    return internal::DeriveByPbkdf2(algorithms, request, Never);
  }
  std::string Weak(absl::string_view password, absl::string_view salt, int64_t iterations,
                   int64_t length, absl::string_view algorithm) {
    return HexOf(Derived({.password = Secret(password),
                          .salt = std::string(salt),
                          .iterations = iterations,
                          .length = length,
                          .algorithm = std::string(algorithm),
                          .allow_weak = true}));
  }
  void ExpectRefused(const Pbkdf2& request, absl::string_view message) {
    EXPECT_EQ(Derived(request).status(),
              absl::InvalidArgumentError(absl::StrCat("crypto.pbkdf2: ", message)));
  }
};

// RFC 6070, but for the vector of 2^24 iterations.
TEST_F(Pbkdf2Test, PublishedVectorsOfSha1) {
  EXPECT_EQ(Weak("password", "salt", 1, 20, "legacy-sha1"),
            "0c60c80f961f0e71f3a9b524af6012062fe037a6");
  EXPECT_EQ(Weak("password", "salt", 4096, 20, "legacy-sha1"),
            "4b007901b765489abead49d926f721d065a429c1");
  EXPECT_EQ(Weak("passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096, 25,
                 "legacy-sha1"),
            "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038");
  EXPECT_EQ(Weak({"pass\0word", 9}, {"sa\0lt", 5}, 4096, 16, "legacy-sha1"),
            "56fa6aa75548099dcc37d7f03425e0c3");
}

// The same with SHA-256, and RFC 7914, section 11.
TEST_F(Pbkdf2Test, PublishedVectorsOfSha256) {
  EXPECT_EQ(Weak("password", "salt", 1, 32, "sha256"),
            "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b");
  EXPECT_EQ(Weak("password", "salt", 2, 32, "sha256"),
            "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43");
  EXPECT_EQ(Weak("password", "salt", 4096, 32, "sha256"),
            "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
  EXPECT_EQ(Weak("passwd", "salt", 1, 64, "sha256"),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
  EXPECT_EQ(Weak("Password", "NaCl", 80000, 64, "sha256"),
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
            "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d");
}

TEST_F(Pbkdf2Test, EqualsOpenSslForEveryHashAndAnyLength) {
  for (const auto& [ours, theirs] : {std::pair("sha224", "SHA2-224"),
                                     {"sha256", "SHA2-256"},
                                     {"sha384", "SHA2-384"},
                                     {"sha512", "SHA2-512"},
                                     {"sha512-256", "SHA2-512/256"},
                                     {"sha3-224", "SHA3-224"},
                                     {"sha3-256", "SHA3-256"},
                                     {"sha3-384", "SHA3-384"},
                                     {"sha3-512", "SHA3-512"},
                                     {"blake2b512", "BLAKE2B-512"},
                                     {"blake2s256", "BLAKE2S-256"},
                                     {"legacy-sha1", "SHA1"},
                                     {"legacy-md5", "MD5"}}) {
    const std::unique_ptr<EVP_MD, internal::FreedBy<EVP_MD_free>> hash(
        EVP_MD_fetch(nullptr, theirs, nullptr));
    ASSERT_NE(hash, nullptr) << theirs;
    // An empty password, and one that is longer than any block of a hash.
    for (const std::string& password : {std::string(), std::string(300, 'p')}) {
      for (const size_t length : {1, 31, 32, 33, 64, 65, 1000}) {
        std::string expected(length, '\0');
        ASSERT_EQ(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                                    internal::Bytes(absl::string_view("salt")), 4, 3, hash.get(),
                                    static_cast<int>(length), internal::Bytes(expected.data())),
                  1);
        EXPECT_EQ(Weak(password, "salt", 3, static_cast<int64_t>(length), ours), ToHex(expected));
      }
    }
  }
}

TEST_F(Pbkdf2Test, StopsBetweenSlices) {
  // It would take minutes.
  const Pbkdf2 request = {.iterations = (int64_t{1} << 31) - 1, .allow_weak = true};
  int asked = 0;
  const absl::Status status =
      internal::DeriveByPbkdf2(algorithms, request, [&] { return ++asked == 3; }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  EXPECT_EQ(asked, 3);
}

// Many short blocks are slices, too.
TEST_F(Pbkdf2Test, StopsBetweenBlocks) {
  int asked = 0;
  EXPECT_EQ(
      internal::DeriveByPbkdf2(algorithms, {.iterations = 1, .length = 1 << 20, .allow_weak = true},
                               [&] { return ++asked == 3; })
          .status()
          .code(),
      absl::StatusCode::kCancelled);
}

TEST_F(Pbkdf2Test, WhatIsOutOfRange) {
  for (const bool allow_weak : {false, true}) {
    ExpectRefused({.iterations = 0, .allow_weak = allow_weak}, "iterations is 0, less than 1");
    ExpectRefused({.iterations = -5, .allow_weak = allow_weak}, "iterations is -5, less than 1");
    ExpectRefused({.iterations = int64_t{1} << 31, .allow_weak = allow_weak},
                  "iterations is 2147483648, more than 2^31 - 1");
    ExpectRefused({.length = 0, .allow_weak = allow_weak}, "length is 0, less than 1");
    ExpectRefused({.length = (1 << 20) + 1, .allow_weak = allow_weak},
                  "length is 1048577, more than 1 MiB");
  }
}

TEST_F(Pbkdf2Test, WhatIsWeak) {
  const std::string salt = "0123456789abcdef";
  ExpectRefused({.salt = salt, .iterations = 99'999},
                "iterations is 99999, less than 100000, so that passwords could be guessed fast; "
                "allow_weak allows it");
  ExpectRefused({.salt = salt.substr(1)},
                "salt: 15 bytes are less than 16 (NIST SP 800-132); allow_weak allows it");
  ExpectRefused({.salt = salt, .algorithm = "legacy-sha1"},
                "algorithm: legacy-sha1 is broken; allow_weak allows it");
  EXPECT_TRUE(Derived({.salt = salt, .iterations = 100'000}).ok());
}

}  // namespace
}  // namespace rondo::crypto
