// OpenSSL in terms of this project: what it hands out is owned, what it complains of is a status.
#ifndef RONDO_PLUGINS_CRYPTO_OPENSSL_H_
#define RONDO_PLUGINS_CRYPTO_OPENSSL_H_

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
using KdfContext = std::unique_ptr<EVP_KDF_CTX, FreedBy<EVP_KDF_CTX_free>>;

// The status of a call that has just failed, for whatever reason OpenSSL gives first; its error
// queue of this thread is empty afterwards. RESOURCE_EXHAUSTED for memory, UNIMPLEMENTED for what
// this OpenSSL cannot do, else INTERNAL: what a caller can do wrong is checked before.
absl::Status OpenSslError(absl::string_view operation);

// OpenSSL's own unit.
inline const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* Bytes(char* data) { return reinterpret_cast<unsigned char*>(data); }

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_OPENSSL_H_
