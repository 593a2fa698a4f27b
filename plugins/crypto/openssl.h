// OpenSSL in terms of this project: what it hands out is owned, what it complains of is a status.
#ifndef RONDO_PLUGINS_CRYPTO_OPENSSL_H_
#define RONDO_PLUGINS_CRYPTO_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace rondo::crypto::internal {

template <auto free>
struct FreedBy {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};

// They wipe what they held.
using HashContext = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreedBy<EVP_CIPHER_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreedBy<EVP_MAC_CTX_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, FreedBy<EVP_KDF_CTX_free>>;

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, FreedBy<BIO_free>>;
using BigNumber = std::unique_ptr<BIGNUM, FreedBy<BN_clear_free>>;

// Leaves the error queue of this thread empty at the end of a function: of what OpenSSL tries in
// turn it keeps the failures, also when it succeeds at last.
class [[maybe_unused]] EmptyQueueAtEnd {
 public:
  EmptyQueueAtEnd() = default;
  EmptyQueueAtEnd(const EmptyQueueAtEnd&) = delete;
  EmptyQueueAtEnd& operator=(const EmptyQueueAtEnd&) = delete;
  ~EmptyQueueAtEnd() { ERR_clear_error(); }
};

// The status of a call that has just failed on what a caller gave: INVALID_ARGUMENT with OpenSSL's
// last reason, or RESOURCE_EXHAUSTED for memory. The queue is empty afterwards.
absl::Status InputError(absl::string_view operation, absl::string_view what);

// The status of a call that has just failed, for whatever reason OpenSSL gives first; its error
// queue of this thread is empty afterwards. RESOURCE_EXHAUSTED for memory, UNIMPLEMENTED for what
// this OpenSSL cannot do, else INTERNAL: what a caller can do wrong is checked before.
absl::Status OpenSslError(absl::string_view operation);

// OpenSSL's own unit.
inline const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline absl::string_view Text(const unsigned char* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}
inline unsigned char* Bytes(char* data) { return reinterpret_cast<unsigned char*>(data); }

// What reads `text`, which outlives it. REQUIRES: below 2 GiB.
Bio ReadFrom(absl::string_view text);
// What keeps what is written to it, and wipes it; and that.
Bio WriteToMemory();
absl::string_view WrittenTo(BIO* bio);

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_OPENSSL_H_
