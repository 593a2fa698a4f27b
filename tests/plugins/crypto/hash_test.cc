#include "plugins/crypto/hash.h"

#include <openssl/evp.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"

namespace rondo::crypto {
namespace {

using testing::HasSubstr;

class HashTest : public CryptoTest {
 protected:
  std::string HexOf(absl::string_view algorithm, absl::string_view data) {
    const absl::StatusOr<Digest> hash = internal::ComputeHash(
        algorithms, {.data = std::string(data), .algorithm = std::string(algorithm)}, Never);
    return hash.ok() ? hash->hex() : hash.status().ToString();
  }
};

// FIPS 180-4 and its examples.
TEST_F(HashTest, Sha2) {
  EXPECT_EQ(HexOf("sha256", "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexOf("sha256", ""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexOf("sha256", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(HexOf("sha256", std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(HexOf("sha384", "abc"),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
            "8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(HexOf("sha512", "abc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(HexOf("sha224", "abc"), "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
  EXPECT_EQ(HexOf("sha512-256", "abc"),
            "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
}

// FIPS 202 and its examples.
TEST_F(HashTest, Sha3) {
  EXPECT_EQ(HexOf("sha3-256", ""),
            "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
  EXPECT_EQ(HexOf("sha3-256", "abc"),
            "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
  EXPECT_EQ(HexOf("sha3-512", "abc"),
            "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
            "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0");
  EXPECT_EQ(HexOf("sha3-224", "abc"), "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf");
  EXPECT_EQ(HexOf("sha3-384", "abc"),
            "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2"
            "98d88cea927ac7f539f1edf228376d25");
}

// RFC 1321, A.5, and FIPS 180-4.
TEST_F(HashTest, BrokenOnesSaySo) {
  EXPECT_EQ(HexOf("legacy-md5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(HexOf("legacy-sha1", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_THAT(HexOf("md5", "abc"), HasSubstr("no algorithm \"md5\"; did you mean legacy-md5?"));
  EXPECT_THAT(HexOf("SHA-1", "abc"), HasSubstr("did you mean legacy-sha1?"));
}

// RFC 7693, appendices A and B.
TEST_F(HashTest, Blake2) {
  EXPECT_EQ(HexOf("blake2b512", "abc"),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  EXPECT_EQ(HexOf("blake2s256", "abc"),
            "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
}

TEST_F(HashTest, PiecesJoin) {
  constexpr size_t kPiece = 1 << 20;
  for (const size_t size : {kPiece - 1, kPiece, kPiece + 1, 3 * kPiece + 5}) {
    const std::string data(size, 'p');
    std::string whole(32, '\0');
    ASSERT_EQ(EVP_Digest(data.data(), data.size(), reinterpret_cast<unsigned char*>(whole.data()),
                         nullptr, EVP_sha256(), nullptr),
              1);
    EXPECT_EQ(HexOf("sha256", data), ToHex(whole));
  }
}

TEST_F(HashTest, AnUnknownAlgorithmIsAnsweredWithTheKnownOnes) {
  for (const absl::string_view name : {"SHA256", "sha-256", "md6", "", "sha256\n", "sha2561"}) {
    const absl::Status status =
        internal::ComputeHash(algorithms, {.data = "", .algorithm = std::string(name)}, Never)
            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("there are sha256, sha384, sha512, sha224, "));
  }
  EXPECT_EQ(HexOf("SHA-256", ""),
            "INVALID_ARGUMENT: crypto.hash: no algorithm \"SHA-256\"; did you mean sha256? there "
            "are sha256, sha384, sha512, sha224, sha512-256, sha3-224, sha3-256, sha3-384, "
            "sha3-512, blake2b512, blake2s256, legacy-sha1, legacy-md5");
  EXPECT_EQ(HexOf("md6", "").find("did you mean"), std::string::npos);
}

TEST_F(HashTest, AKeptOneForgetsWhatItHashedBefore) {
  internal::Hashing hashing;
  for (const absl::string_view algorithm : {"sha256", "sha256", "sha3-512", "sha256"}) {
    for (const absl::string_view data : {"abc", "", "abcd"}) {
      const Hash request{.data = std::string(data), .algorithm = std::string(algorithm)};
      EXPECT_EQ(internal::ComputeHash(algorithms, hashing, request, Never)->hex(),
                HexOf(algorithm, data));
    }
  }
}

TEST_F(HashTest, StopsBetweenPieces) {
  int asked = 0;
  const absl::Status status =
      internal::ComputeHash(algorithms, {.data = std::string(3 << 20, 'x')}, [&] {
        return ++asked == 2;
      }).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace rondo::crypto
