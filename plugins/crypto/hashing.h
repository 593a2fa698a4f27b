// A run of a hash algorithm.
#ifndef RONDO_PLUGINS_CRYPTO_HASHING_H_
#define RONDO_PLUGINS_CRYPTO_HASHING_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/digest.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {

// Hashes one text after the other. To keep it is cheaper than to make one for each text: OpenSSL
// keeps its own state then. What it is given for `operation` begins the message of an error.
// Thread-compatible.
class Hashing {
 public:
  // Forgets what was hashed before. The others: REQUIRES that it returned OK.
  absl::Status Start(Algorithms& algorithms, absl::string_view operation,
                     absl::string_view algorithm);
  absl::Status Update(absl::string_view operation, absl::string_view data);
  absl::StatusOr<Digest> Finish(absl::string_view operation);

  HashContext& context() { return context_; }

 private:
  HashContext context_;
};

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_HASHING_H_
