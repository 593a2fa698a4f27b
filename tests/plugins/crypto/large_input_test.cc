// Inputs of more bytes than 32 bits can count. What is read is memory that nobody has written to,
// which the system lays out as one page of zeros.
#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/hasher.h"
#include "plugins/crypto/hmac.h"
#include "plugins/crypto/seal_stream.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/command.h"

namespace rondo::crypto {
namespace {

constexpr size_t kBytes = (size_t{1} << 32) + 5;
constexpr absl::string_view kEnd = "5 end";  // What is cut to 32 bits would be this long.

// 4 GiB of zeros and kEnd.
class LargeInputTest : public CryptoTest {
 protected:
  LargeInputTest() {
    void* const memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK_NE(memory, MAP_FAILED);
    data_ = static_cast<char*>(memory);
    std::copy(kEnd.begin(), kEnd.end(), data_ + kBytes - kEnd.size());
  }
  ~LargeInputTest() override { munmap(data_, kBytes); }

  absl::string_view data() const { return {data_, kBytes}; }
  // Calls `use` with one piece of the data after the other.
  template <typename F>
  void ForEachPiece(F use) const {
    constexpr size_t kPieceBytes = (size_t{16} << 20) + 1;
    for (size_t at = 0; at < kBytes; at += kPieceBytes) use(data().substr(at, kPieceBytes));
  }

 private:
  char* data_;
};

// The same as a file, which takes no room.
std::string WriteSparse() {
  const std::string path = WriteScratch("sparse", "");
  CHECK_EQ(truncate(path.c_str(), kBytes - kEnd.size()), 0);
  std::ofstream(path, std::ios::binary | std::ios::app) << kEnd;
  return path;
}

TEST_F(LargeInputTest, AFileHashesToWhatOpenSslSays) {
  const std::string path = WriteSparse();
  const Digest hash = internal::ComputeHashOfFile(algorithms, {.path = path}, Never).value();
  EXPECT_EQ(absl::StrCat(hash.hex(), " *", path, "\n"), OutputOf("openssl dgst -r " + path));
  unlink(path.c_str());
  // The same in one piece, in memory.
  Hasher hasher = Hasher::Create("sha256").value();
  hasher.Update(data());
  EXPECT_EQ(hasher.Finish().value(), hash);
}

TEST_F(LargeInputTest, AnHmacInOnePieceIsThatOfManyPieces) {
  const Secret key(std::string(32, 'k'));
  Hmac whole = Hmac::Create("sha256", key).value();
  whole.Update(data());
  Hmac pieces = Hmac::Create("sha256", key).value();
  ForEachPiece([&](absl::string_view piece) { pieces.Update(piece); });
  EXPECT_EQ(whole.Finish().value(), pieces.Finish().value());
}

TEST_F(LargeInputTest, AStreamIsSealedAndOpened) {
  const Secret key(std::string(32, 'k'));
  SealStream seal = SealStream::Create({.key = key, .chunk_bytes = 1 << 20}).value();
  OpenStream open = OpenStream::Create({.key = key});
  size_t opened = 0;
  const auto pass_on = [&](absl::string_view sealed) {
    opened += open.Update(sealed).value().size();
  };
  ForEachPiece([&](absl::string_view piece) { pass_on(seal.Update(piece).value()); });
  pass_on(seal.Finish().value());
  const std::string last = open.Finish().value();
  EXPECT_EQ(opened + last.size(), kBytes);
  EXPECT_EQ(last, kEnd);
}

// The libraries count these in 32 bits.
TEST_F(CryptoTest, KeysPasswordsAndSaltsAbove1GiBAreRefused) {
  constexpr size_t kTooMany = (size_t{1} << 30) + 1;
  const auto expect = [](const auto& outcome, absl::string_view parameter) {
    EXPECT_EQ(outcome.status(), absl::InvalidArgumentError(absl::StrCat(
                                    parameter, ": 1073741825 bytes are more than 1 GiB")));
  };
  ComputeHmac hmac{.key = Secret::OfSize(kTooMany)};
  expect(internal::ComputeHmacOf(algorithms, hmac, Never), "crypto.hmac: key");
  Hkdf hkdf{.key = std::move(hmac.key)};
  expect(internal::DeriveByHkdf(algorithms, hkdf), "crypto.hkdf: key");
  Pbkdf2 pbkdf2{.password = std::move(hkdf.key)};
  expect(internal::DeriveByPbkdf2(algorithms, pbkdf2, Never), "crypto.pbkdf2: password");
  Scrypt scrypt{.password = std::move(pbkdf2.password)};
  expect(internal::DeriveByScrypt(algorithms, scrypt), "crypto.scrypt: password");
  Argon2 argon2{.password = std::move(scrypt.password), .salt = "0123456789abcdef"};
  expect(internal::DeriveByArgon2(argon2), "crypto.argon2: password");
  argon2 = {.salt = argon2.salt, .secret = std::move(argon2.password)};
  expect(internal::DeriveByArgon2(argon2), "crypto.argon2: secret");
  argon2.secret = Secret();

  hkdf = {.salt = std::string(kTooMany, 's')};
  expect(internal::DeriveByHkdf(algorithms, hkdf), "crypto.hkdf: salt");
  pbkdf2 = {.salt = std::move(hkdf.salt)};
  expect(internal::DeriveByPbkdf2(algorithms, pbkdf2, Never), "crypto.pbkdf2: salt");
  scrypt = {.salt = std::move(pbkdf2.salt)};
  expect(internal::DeriveByScrypt(algorithms, scrypt), "crypto.scrypt: salt");
  argon2.associated_data = std::move(scrypt.salt);
  expect(internal::DeriveByArgon2(argon2), "crypto.argon2: associated_data");
  argon2.salt = std::exchange(argon2.associated_data, {});
  expect(internal::DeriveByArgon2(argon2), "crypto.argon2: salt");
}

}  // namespace
}  // namespace rondo::crypto
