#include "plugins/crypto/sign.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/key_data.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto {
namespace internal {
namespace {

enum class Scheme : uint8_t { kEd25519, kEcdsa, kPss, kPkcs1 };

struct Details {
  Scheme scheme;
  const char* hash;  // One of ours; null when the algorithm brings its own.
};

Details DetailsOf(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::kEd25519:
      return {Scheme::kEd25519, nullptr};
    case SignatureAlgorithm::kEcdsaSha256:
      return {Scheme::kEcdsa, "sha256"};
    case SignatureAlgorithm::kEcdsaSha384:
      return {Scheme::kEcdsa, "sha384"};
    case SignatureAlgorithm::kEcdsaSha512:
      return {Scheme::kEcdsa, "sha512"};
    case SignatureAlgorithm::kRsaPssSha256:
      return {Scheme::kPss, "sha256"};
    case SignatureAlgorithm::kRsaPssSha384:
      return {Scheme::kPss, "sha384"};
    case SignatureAlgorithm::kRsaPssSha512:
      return {Scheme::kPss, "sha512"};
    case SignatureAlgorithm::kRsaPkcs1Sha256:
      return {Scheme::kPkcs1, "sha256"};
    case SignatureAlgorithm::kRsaPkcs1Sha384:
      return {Scheme::kPkcs1, "sha384"};
    case SignatureAlgorithm::kRsaPkcs1Sha512:
      return {Scheme::kPkcs1, "sha512"};
  }
  return {Scheme::kEd25519, nullptr};
}

bool Fits(Scheme scheme, KeyAlgorithm key) {
  switch (scheme) {
    case Scheme::kEd25519:
      return key == KeyAlgorithm::kEd25519;
    case Scheme::kEcdsa:
      return key == KeyAlgorithm::kP256 || key == KeyAlgorithm::kP384;
    case Scheme::kPss:
    case Scheme::kPkcs1:
      return key == KeyAlgorithm::kRsa;
  }
  return false;
}

absl::StatusOr<SignatureAlgorithm> Choose(absl::string_view operation, KeyAlgorithm key,
                                          const std::optional<SignatureAlgorithm>& wish) {
  if (wish.has_value()) {
    if (Fits(DetailsOf(*wish).scheme, key)) return *wish;
    return absl::InvalidArgumentError(absl::StrCat(operation, ": algorithm: a key of ", NameOf(key),
                                                   " does not make signatures of ", NameOf(*wish)));
  }
  switch (key) {
    case KeyAlgorithm::kEd25519:
      return SignatureAlgorithm::kEd25519;
    case KeyAlgorithm::kP256:
      return SignatureAlgorithm::kEcdsaSha256;
    case KeyAlgorithm::kP384:
      return SignatureAlgorithm::kEcdsaSha384;
    case KeyAlgorithm::kRsa:
      return SignatureAlgorithm::kRsaPssSha256;
    case KeyAlgorithm::kX25519:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": key: one of ", NameOf(key), " makes no signatures"));
}

enum class Purpose : bool { kVerify, kSign };

// Makes `context` ready to sign or verify.
absl::Status Start(Algorithms& algorithms, absl::string_view operation, const HashContext& context,
                   const KeyData& key, SignatureAlgorithm algorithm, Purpose purpose) {
  const Details details = DetailsOf(algorithm);
  const EVP_MD* hash = nullptr;
  if (details.hash != nullptr) {
    absl::StatusOr<const EVP_MD*> found = algorithms.Hash(operation, details.hash);
    if (!found.ok()) return found.status();
    hash = *found;
  }
  EVP_PKEY_CTX* options = nullptr;  // The context's.
  const auto init = purpose == Purpose::kSign ? &EVP_DigestSignInit : &EVP_DigestVerifyInit;
  if (context == nullptr || init(context.get(), &options, hash, nullptr, Mutable(&key)) != 1) {
    return OpenSslError(operation);
  }
  if (details.scheme != Scheme::kPss) return absl::OkStatus();
  // Whoever signs takes a salt as long as the hash; others may have taken another.
  const int salt = purpose == Purpose::kSign ? RSA_PSS_SALTLEN_DIGEST : RSA_PSS_SALTLEN_AUTO;
  const bool ok = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(options, salt) == 1;
  return ok ? absl::OkStatus() : OpenSslError(operation);
}

}  // namespace

absl::StatusOr<std::string> MakeSignature(Algorithms& algorithms, const Sign& request) {
  constexpr absl::string_view kOperation = Sign::kKind;
  const EmptyQueueAtEnd empty_queue;
  absl::Status status = CheckGiven(kOperation, "key", request.key);
  if (!status.ok()) return status;
  absl::StatusOr<SignatureAlgorithm> algorithm =
      Choose(kOperation, request.key.algorithm(), request.algorithm);
  if (!algorithm.ok()) return algorithm.status();
  if (DetailsOf(*algorithm).scheme == Scheme::kPkcs1) {
    return absl::InvalidArgumentError(absl::StrCat(kOperation, ": algorithm: ", NameOf(*algorithm),
                                                   " is only verified; sign by RSA-PSS"));
  }
  const HashContext context(EVP_MD_CTX_new());
  status = Start(algorithms, kOperation, context, *request.key.data(), *algorithm, Purpose::kSign);
  if (!status.ok()) return status;
  std::string signature(static_cast<size_t>(EVP_PKEY_get_size(Mutable(request.key.data()))), '\0');
  size_t size = signature.size();
  if (EVP_DigestSign(context.get(), Bytes(signature.data()), &size, Bytes(request.data),
                     request.data.size()) != 1) {
    return OpenSslError(kOperation);
  }
  signature.resize(size);
  return signature;
}

absl::Status VerifySignature(Algorithms& algorithms, const Verify& request) {
  constexpr absl::string_view kOperation = Verify::kKind;
  const EmptyQueueAtEnd empty_queue;
  absl::Status status = CheckGiven(kOperation, "key", request.key);
  if (!status.ok()) return status;
  absl::StatusOr<SignatureAlgorithm> algorithm =
      Choose(kOperation, request.key.algorithm(), request.algorithm);
  if (!algorithm.ok()) return algorithm.status();
  // OpenSSL would look at the lower 32 bits of the size alone.
  const size_t most = static_cast<size_t>(EVP_PKEY_get_size(Mutable(request.key.data())));
  if (request.signature.size() > most) {
    return absl::UnauthenticatedError(
        absl::StrCat(kOperation, ": signature: ", request.signature.size(),
                     " bytes are more than one by this key can have (", most, ")"));
  }
  const HashContext context(EVP_MD_CTX_new());
  status =
      Start(algorithms, kOperation, context, *request.key.data(), *algorithm, Purpose::kVerify);
  if (!status.ok()) return status;
  if (EVP_DigestVerify(context.get(), Bytes(request.signature), request.signature.size(),
                       Bytes(request.data), request.data.size()) == 1) {
    return absl::OkStatus();
  }
  if (ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE) return OpenSslError(kOperation);
  return absl::UnauthenticatedError(
      absl::StrCat(kOperation, ": not a signature of this data by this key and algorithm"));
}

}  // namespace internal

absl::string_view NameOf(SignatureAlgorithm algorithm) {
  for (const auto& each : kSignatureAlgorithmNames) {
    if (each.value == algorithm) return each.name;
  }
  return "";
}

}  // namespace rondo::crypto
