#include "plugins/crypto/agree.h"

#include <openssl/evp.h>

#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/key_data.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {
namespace {

absl::Status CheckKeys(const Agree& request) {
  absl::Status status = CheckGiven(Agree::kKind, "key", request.key);
  if (status.ok()) status = CheckGiven(Agree::kKind, "peer", request.peer);
  if (!status.ok()) return status;
  const KeyAlgorithm algorithm = request.key.algorithm();
  if (algorithm == KeyAlgorithm::kRsa || algorithm == KeyAlgorithm::kEd25519) {
    return absl::InvalidArgumentError(
        absl::StrCat(Agree::kKind, ": key: one of ", NameOf(algorithm), " agrees with none"));
  }
  if (request.peer.algorithm() != algorithm) {
    return absl::InvalidArgumentError(
        absl::StrCat(Agree::kKind, ": peer: a key of ", NameOf(request.peer.algorithm()),
                     " does not agree with one of ", NameOf(algorithm)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Secret> AgreeOnSecret(const Agree& request) {
  const EmptyQueueAtEnd empty_queue;
  if (absl::Status status = CheckKeys(request); !status.ok()) return status;
  const KeyContext context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, Mutable(request.key.data()), nullptr));
  if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1) {
    return OpenSslError(Agree::kKind);
  }
  if (EVP_PKEY_derive_set_peer(context.get(), Mutable(request.peer.data())) != 1) {
    return InputError(Agree::kKind, "peer: not a key to agree with");
  }
  size_t size = 0;
  if (EVP_PKEY_derive(context.get(), nullptr, &size) != 1) return OpenSslError(Agree::kKind);
  Secret shared = Secret::OfSize(size);
  if (EVP_PKEY_derive(context.get(), Bytes(shared.mutable_bytes().data()), &size) != 1 ||
      size != shared.size()) {
    return InputError(Agree::kKind, "peer: a point of low order");
  }
  return shared;
}

}  // namespace rondo::crypto::internal
