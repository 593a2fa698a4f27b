// The algorithms of OpenSSL that the plugin offers.
#ifndef RONDO_PLUGINS_CRYPTO_ALGORITHMS_H_
#define RONDO_PLUGINS_CRYPTO_ALGORITHMS_H_

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "absl/base/call_once.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {

// One algorithm, fetched when it is first wanted and kept. Not for every call, since a fetch is a
// look-up under locks; and not at the start, since the first ones load OpenSSL's configuration
// and providers, more than a millisecond that only those who use them should pay.
// Thread-safe.
template <typename T, T* (*fetch)(OSSL_LIB_CTX*, const char*, const char*), void (*free)(T*)>
class Fetched {
 public:
  explicit Fetched(const char* name) : name_(name) {}
  Fetched(const Fetched&) = delete;
  Fetched& operator=(const Fetched&) = delete;
  ~Fetched() { free(algorithm_); }

  // Null when this OpenSSL does not have it.
  T* Get() {
    absl::call_once(once_, [this] {
      algorithm_ = fetch(nullptr, name_, nullptr);
      ERR_clear_error();
    });
    return algorithm_;
  }
  const char* name() const { return name_; }

 private:
  const char* const name_;
  absl::once_flag once_;
  T* algorithm_ = nullptr;  // Written once.
};

// Finds algorithms by the names that requests use. Thread-safe.
//
// Errors: INVALID_ARGUMENT for a name that is none of ours, listing them, and first what was
// probably meant; UNIMPLEMENTED for one that this OpenSSL does not have.
class Algorithms {
 public:
  // `operation` begins the message of an error. What is returned lives as long as *this.
  absl::StatusOr<const EVP_MD*> Hash(absl::string_view operation, absl::string_view name);
  absl::StatusOr<const EVP_CIPHER*> Cipher(absl::string_view operation, absl::string_view name);
  // One of "hkdf", "scrypt".
  absl::StatusOr<EVP_KDF*> Kdf(absl::string_view operation, absl::string_view name);
  // A new HMAC with a hash of this name, whose key is yet to be set by EVP_MAC_init.
  absl::StatusOr<MacContext> Hmac(absl::string_view operation, absl::string_view hash);

 private:
  using FetchedHash = Fetched<EVP_MD, EVP_MD_fetch, EVP_MD_free>;
  using FetchedCipher = Fetched<EVP_CIPHER, EVP_CIPHER_fetch, EVP_CIPHER_free>;
  using FetchedKdf = Fetched<EVP_KDF, EVP_KDF_fetch, EVP_KDF_free>;
  using FetchedMac = Fetched<EVP_MAC, EVP_MAC_fetch, EVP_MAC_free>;

  template <typename T>
  struct Named {
    absl::string_view name;
    T algorithm;
  };
  struct NamedHash : Named<FetchedHash> {
    // An HMAC that has its hash, to be copied: to be told a hash's name it would fetch that.
    absl::once_flag hmac_once = {};
    MacContext hmac = nullptr;
  };

  template <typename List>
  static auto Find(absl::string_view operation, absl::string_view name, List& list)
      -> absl::StatusOr<decltype(&list[0])>;
  MacContext NewHmac(const char* hash);

  NamedHash hashes_[13] = {
      {{"sha256", FetchedHash("SHA2-256")}},         {{"sha384", FetchedHash("SHA2-384")}},
      {{"sha512", FetchedHash("SHA2-512")}},         {{"sha224", FetchedHash("SHA2-224")}},
      {{"sha512-256", FetchedHash("SHA2-512/256")}}, {{"sha3-224", FetchedHash("SHA3-224")}},
      {{"sha3-256", FetchedHash("SHA3-256")}},       {{"sha3-384", FetchedHash("SHA3-384")}},
      {{"sha3-512", FetchedHash("SHA3-512")}},       {{"blake2b512", FetchedHash("BLAKE2B-512")}},
      {{"blake2s256", FetchedHash("BLAKE2S-256")}},  {{"legacy-sha1", FetchedHash("SHA1")}},
      {{"legacy-md5", FetchedHash("MD5")}},
  };
  Named<FetchedCipher> ciphers_[3] = {
      {"aes-256-gcm", FetchedCipher("AES-256-GCM")},
      {"aes-128-gcm", FetchedCipher("AES-128-GCM")},
      {"chacha20-poly1305", FetchedCipher("ChaCha20-Poly1305")},
  };
  Named<FetchedKdf> kdfs_[2] = {
      {"hkdf", FetchedKdf("HKDF")},
      {"scrypt", FetchedKdf("SCRYPT")},
  };
  FetchedMac hmac_{"HMAC"};
};

// INVALID_ARGUMENT for the name of a hash that says legacy, and what allow_weak would do.
absl::Status CheckNotLegacy(absl::string_view operation, absl::string_view hash);

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_ALGORITHMS_H_
