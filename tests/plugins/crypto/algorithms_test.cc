#include "plugins/crypto/algorithms.h"

#include <dlfcn.h>
#include <openssl/evp.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"

namespace {

std::atomic<int> fetches = 0;

// OpenSSL's own function of this name, which those below stand before. What OpenSSL itself looks up
// does not count.
template <typename F>
F* Real(const char* name, void* caller) {
  Dl_info info = {};
  const bool known = dladdr(caller, &info) != 0 && info.dli_fname != nullptr;
  if (!known || !absl::StrContains(info.dli_fname, "libcrypto.so.3")) fetches.fetch_add(1);
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {
EVP_MD* EVP_MD_fetch(OSSL_LIB_CTX* context, const char* name, const char* properties) {
  return Real<decltype(EVP_MD_fetch)>("EVP_MD_fetch", __builtin_return_address(0))(context, name,
                                                                                   properties);
}
EVP_CIPHER* EVP_CIPHER_fetch(OSSL_LIB_CTX* context, const char* name, const char* properties) {
  return Real<decltype(EVP_CIPHER_fetch)>("EVP_CIPHER_fetch", __builtin_return_address(0))(
      context, name, properties);
}
EVP_MAC* EVP_MAC_fetch(OSSL_LIB_CTX* context, const char* name, const char* properties) {
  return Real<decltype(EVP_MAC_fetch)>("EVP_MAC_fetch", __builtin_return_address(0))(context, name,
                                                                                     properties);
}
EVP_KDF* EVP_KDF_fetch(OSSL_LIB_CTX* context, const char* name, const char* properties) {
  return Real<decltype(EVP_KDF_fetch)>("EVP_KDF_fetch", __builtin_return_address(0))(context, name,
                                                                                     properties);
}
}

namespace rondo::crypto {
namespace {

using testing::Each;
using testing::HasSubstr;

class AlgorithmsTest : public CryptoTest {
 protected:
  // How many algorithms `work` has OpenSSL look up.
  template <typename F>
  static int FetchesOf(F work) {
    const int before = fetches;
    work();
    return fetches - before;
  }
};

TEST_F(AlgorithmsTest, AreFetchedOnceAndNotForEveryCall) {
  const Secret key(std::string(32, 'k'));
  const auto use_all = [&] {
    EXPECT_TRUE(internal::ComputeHash(algorithms, {.data = "abc"}, Never).ok());
    EXPECT_TRUE(internal::ComputeHmacOf(algorithms, {.key = key}, Never).ok());
    EXPECT_TRUE(internal::SealText(algorithms, {.key = key}, Never).ok());
    EXPECT_TRUE(internal::DeriveByHkdf(algorithms, {.key = key}).ok());
    EXPECT_TRUE(internal::DeriveByScrypt(algorithms, {.n = 2, .allow_weak = true}).ok());
    EXPECT_TRUE(
        internal::DeriveByPbkdf2(algorithms, {.iterations = 1, .allow_weak = true}, Never).ok());
  };
  // SHA-256, HMAC, AES, HKDF, scrypt.
  EXPECT_EQ(FetchesOf(use_all), 5);
  EXPECT_EQ(FetchesOf(use_all), 0);
}

TEST_F(AlgorithmsTest, AreFetchedOnceByManyThreads) {
  std::vector<const EVP_MD*> found(8);
  const int count = FetchesOf([&] {
    std::vector<std::thread> threads;
    for (const EVP_MD*& each : found) {
      threads.emplace_back([&] { each = algorithms.Hash("test", "sha3-256").value(); });
    }
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_EQ(count, 1);
  EXPECT_THAT(found, Each(found[0]));
}

TEST_F(AlgorithmsTest, UnknownOnesAreAnsweredWithWhatIsMeant) {
  const absl::Status cipher = algorithms.Cipher("test", "AES-256-GCM").status();
  EXPECT_EQ(cipher, absl::InvalidArgumentError(
                        "test: no algorithm \"AES-256-GCM\"; did you mean aes-256-gcm? there are "
                        "aes-256-gcm, aes-128-gcm, chacha20-poly1305"));
  const absl::Status kdf = algorithms.Kdf("test", "bcrypt").status();
  EXPECT_EQ(kdf.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(kdf.message(), HasSubstr("there are hkdf, scrypt"));
  const absl::Status hmac = algorithms.Hmac("test", "SHA256").status();
  EXPECT_THAT(hmac.message(), HasSubstr("did you mean sha256?"));
}

TEST_F(AlgorithmsTest, EveryCopyOfAnHmacIsItsOwn) {
  const internal::MacContext one = algorithms.Hmac("test", "sha256").value();
  const internal::MacContext other = algorithms.Hmac("test", "sha256").value();
  EXPECT_NE(one, other);
  EXPECT_EQ(EVP_MAC_CTX_get_mac_size(other.get()), size_t{32});
}

}  // namespace
}  // namespace rondo::crypto
