// crypto.random_bytes, crypto.generate_secret, crypto.random_uuid
#ifndef RONDO_PLUGINS_CRYPTO_RANDOM_H_
#define RONDO_PLUGINS_CRYPTO_RANDOM_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Random bytes that nobody can foresee: salts, nonces, tokens. Few are made on the loop thread.
//
// Errors: INVALID_ARGUMENT (a size below 0 or above 1 GiB).
//
//   absl::StatusOr<std::string> salt =
//       co_await runtime.Submit(crypto::RandomBytes{.size = 16});
struct RandomBytes {
  static constexpr absl::string_view kKind = "crypto.random_bytes";
  using Result = std::string;

  int64_t size = 0;

  void VisitFields(FieldVisitor& visit) { visit("size", size, {.required = true}); }
};

// The same as a Secret: a key for Seal or ComputeHmac.
//
// Errors: INVALID_ARGUMENT (a size below 14 bytes, which is 112 bits, or above 1 MiB).
struct GenerateSecret {
  static constexpr absl::string_view kKind = "crypto.generate_secret";
  using Result = Secret;

  int64_t size = 32;

  void VisitFields(FieldVisitor& visit) { visit("size", size); }
};

// A universally unique identifier (RFC 9562), as text: 0b6a37a5-6b1f-4d29-9a4c-6ad3c5c5a8c1.
//
// Version 4 is random but for 6 bits. Version 7 begins with the milliseconds since 1970, so that
// identifiers sort by the time at which they were made; those of one plugin sort in the order in
// which they were submitted, also within a millisecond and when the clock is set back.
//
// Errors: INVALID_ARGUMENT (another version).
struct RandomUuid {
  static constexpr absl::string_view kKind = "crypto.random_uuid";
  using Result = std::string;

  int32_t version = 4;

  void VisitFields(FieldVisitor& visit) { visit("version", version); }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_RANDOM_H_
