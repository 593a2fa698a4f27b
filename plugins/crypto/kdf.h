// What the derivations of keys have in common.
#ifndef RONDO_PLUGINS_CRYPTO_KDF_H_
#define RONDO_PLUGINS_CRYPTO_KDF_H_

#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"

namespace rondo::crypto::internal {

// INVALID_ARGUMENT: "OPERATION: PARAMETER is VALUE, WHY".
absl::Status RefuseNumber(absl::string_view operation, absl::string_view parameter, int64_t value,
                          absl::string_view why);

// The same for what allow_weak would allow.
absl::Status RefuseWeak(absl::string_view operation, absl::string_view parameter, int64_t value,
                        absl::string_view why);

// A salt that does not repeat has 16 bytes or more (NIST SP 800-132).
absl::Status CheckSalt(absl::string_view operation, absl::string_view salt);

// The libraries count the bytes of keys in 32 bits: what is above 1 GiB is refused, not cut.
absl::Status CheckInputSize(absl::string_view operation, absl::string_view parameter,
                            absl::string_view bytes);

// REQUIRES: the bytes outlive the parameter.
OSSL_PARAM Octets(const char* name, absl::string_view bytes);

// A key of `length` bytes.
absl::StatusOr<Secret> Derive(absl::string_view operation, EVP_KDF* kdf,
                              const OSSL_PARAM* parameters, int64_t length);

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_KDF_H_
