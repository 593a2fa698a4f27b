// Keys as OpenSSL has them.
#ifndef RONDO_PLUGINS_CRYPTO_KEY_DATA_H_
#define RONDO_PLUGINS_CRYPTO_KEY_DATA_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/key.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {

// Constant: several threads use it.
struct KeyData {
  Key key;
  KeyAlgorithm algorithm;
  int bits;
};

enum class KeyPart : bool { kPublic, kPrivate };

// Takes a key over that has come from somewhere: finds out what it is, and refuses what is none
// of KeyAlgorithm, is too weak unless that is allowed, or cannot be a key.
absl::StatusOr<std::shared_ptr<const KeyData>> Adopt(absl::string_view operation, Key key,
                                                     KeyPart part, bool allow_weak);

// "OPERATION: PARAMETER: no key was given", unless there is one.
template <typename AnyKey>
absl::Status CheckGiven(absl::string_view operation, absl::string_view parameter,
                        const AnyKey& key) {
  if (key) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(operation, ": ", parameter, ": no key was given"));
}

// OpenSSL's functions count references, and do not take const.
inline EVP_PKEY* Mutable(const KeyData* data) { return data->key.get(); }

// What OpenSSL calls a curve, as a name and as a number; null and 0 for what is none.
const char* CurveName(KeyAlgorithm algorithm);
int CurveNumber(KeyAlgorithm algorithm);

// OpenSSL's name of an algorithm.
const char* OpenSslName(KeyAlgorithm algorithm);

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_KEY_DATA_H_
