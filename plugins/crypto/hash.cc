#include "plugins/crypto/hash.h"

#include <openssl/evp.h>

#include <algorithm>

#include "absl/status/status.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {

absl::StatusOr<std::string> ComputeHash(Algorithms& algorithms, const Hash& request,
                                        StopRequested stopped) {
  constexpr size_t kPieceBytes = size_t{1} << 20;  // About a millisecond.
  absl::StatusOr<const EVP_MD*> algorithm = algorithms.Hash(Hash::kKind, request.algorithm);
  if (!algorithm.ok()) return algorithm.status();

  const HashContext context(EVP_MD_CTX_new());
  if (context == nullptr || EVP_DigestInit_ex2(context.get(), *algorithm, nullptr) != 1) {
    return OpenSslError(Hash::kKind);
  }
  absl::string_view rest = request.data;
  while (!rest.empty()) {
    if (stopped()) return absl::CancelledError("crypto.hash: the caller has stopped waiting");
    const size_t piece = std::min(rest.size(), kPieceBytes);
    if (EVP_DigestUpdate(context.get(), rest.data(), piece) != 1) return OpenSslError(Hash::kKind);
    rest.remove_prefix(piece);
  }
  std::string hash(static_cast<size_t>(EVP_MD_get_size(*algorithm)), '\0');
  if (EVP_DigestFinal_ex(context.get(), Bytes(hash.data()), nullptr) != 1) {
    return OpenSslError(Hash::kKind);
  }
  return hash;
}

}  // namespace rondo::crypto::internal
