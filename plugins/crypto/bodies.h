// What the kinds do, on whatever thread calls them: the plugin calls them on workers of the pool.
// They leave OpenSSL's error queue of that thread empty.
#ifndef RONDO_PLUGINS_CRYPTO_BODIES_H_
#define RONDO_PLUGINS_CRYPTO_BODIES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "plugins/crypto/aead.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/hash.h"
#include "plugins/crypto/scrypt.h"
#include "plugins/crypto/secret.h"

namespace rondo::crypto::internal {

// Whether the caller has stopped waiting. Asked before every piece of the input.
using StopRequested = absl::FunctionRef<bool()>;

absl::StatusOr<std::string> ComputeHash(Algorithms& algorithms, const Hash& request,
                                        StopRequested stopped);

absl::StatusOr<std::string> SealText(Algorithms& algorithms, const Seal& request,
                                     StopRequested stopped);

absl::StatusOr<std::string> OpenSealed(Algorithms& algorithms, const Open& request,
                                       StopRequested stopped);

absl::StatusOr<Secret> DeriveByScrypt(Algorithms& algorithms, const Scrypt& request);

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_BODIES_H_
