// crypto.hmac
#ifndef RONDO_PLUGINS_CRYPTO_COMPUTE_HMAC_H_
#define RONDO_PLUGINS_CRYPTO_COMPUTE_HMAC_H_

#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/digest.h"
#include "plugins/crypto/secret.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// The message authentication code HMAC (RFC 2104) of `data`, with a hash of crypto.hash. Small
// data takes no worker, as with crypto.hash.
//
// Errors: INVALID_ARGUMENT (another algorithm; a key below 14 bytes, which is 112 bits, the least
// that NIST SP 800-131A allows, unless allow_weak); UNIMPLEMENTED (this OpenSSL is without the
// algorithm).
//
//   absl::StatusOr<crypto::Digest> code =
//       co_await runtime.Submit(crypto::ComputeHmac{.key = key, .data = "abc"});
struct ComputeHmac {
  static constexpr absl::string_view kKind = "crypto.hmac";
  using Result = Digest;

  Secret key = {};
  std::string data = {};
  std::string algorithm = "sha256";
  bool allow_weak = false;

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("data", data, {.required = true});
    visit("algorithm", algorithm);
    visit("allow_weak", allow_weak);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_COMPUTE_HMAC_H_
