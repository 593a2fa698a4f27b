// Bytes as the published test vectors print them, and what every test of this plugin checks.
#ifndef RONDO_TESTS_PLUGINS_CRYPTO_BYTES_H_
#define RONDO_TESTS_PLUGINS_CRYPTO_BYTES_H_

#include <openssl/err.h>

#include <string>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/digest.h"
#include "plugins/crypto/secret.h"

namespace rondo::crypto {

inline std::string FromHex(absl::string_view digits) {
  std::string bytes;
  CHECK(absl::HexStringToBytes(digits, &bytes)) << digits;
  return bytes;
}

inline std::string ToHex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

inline bool Never() { return false; }

// Of a Secret, a Digest or a text, or why there is none.
inline std::string HexOf(const absl::StatusOr<Secret>& secret) {
  return secret.ok() ? ToHex(secret->bytes()) : secret.status().ToString();
}
inline std::string HexOf(const absl::StatusOr<Digest>& digest) {
  return digest.ok() ? digest->hex() : digest.status().ToString();
}

// Fails a test that leaves something in OpenSSL's error queue.
class CryptoTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0u); }

  internal::Algorithms algorithms;
};

}  // namespace rondo::crypto

#endif  // RONDO_TESTS_PLUGINS_CRYPTO_BYTES_H_
