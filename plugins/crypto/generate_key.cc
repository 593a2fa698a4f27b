#include "plugins/crypto/generate_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <utility>

#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"
#include "plugins/crypto/key_data.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {
namespace {

// OpenSSL asks it between the numbers that it tries; 0 makes it give up.
int GoOn(EVP_PKEY_CTX* context) {
  return (*static_cast<StopRequested*>(EVP_PKEY_CTX_get_app_data(context)))() ? 0 : 1;
}

}  // namespace

absl::StatusOr<PrivateKey> MakeKey(const GenerateKey& request, StopRequested stopped) {
  constexpr absl::string_view kOperation = GenerateKey::kKind;
  const EmptyQueueAtEnd empty_queue;
  const bool rsa = request.algorithm == KeyAlgorithm::kRsa;
  if (rsa && request.rsa_bits < 2048) {
    return RefuseNumber(kOperation, "rsa_bits", request.rsa_bits,
                        "less than 2048 (112 bits of security, NIST SP 800-131A)");
  }
  if (rsa && request.rsa_bits > 16384) {
    return RefuseNumber(kOperation, "rsa_bits", request.rsa_bits, "more than 16384");
  }
  const KeyContext context(
      EVP_PKEY_CTX_new_from_name(nullptr, OpenSslName(request.algorithm), nullptr));
  if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1) {
    return OpenSslError(kOperation);
  }
  int ok = 1;
  if (rsa) ok = EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), request.rsa_bits);
  if (const char* curve = CurveName(request.algorithm); curve != nullptr) {
    ok = EVP_PKEY_CTX_set_group_name(context.get(), curve);
  }
  if (ok != 1) return OpenSslError(kOperation);
  EVP_PKEY_CTX_set_app_data(context.get(), &stopped);
  EVP_PKEY_CTX_set_cb(context.get(), &GoOn);
  EVP_PKEY* made = nullptr;
  ok = EVP_PKEY_generate(context.get(), &made);
  Key key(made);
  if (ok != 1) return stopped() ? Stopped(kOperation) : OpenSslError(kOperation);
  const int bits = EVP_PKEY_get_bits(key.get());
  return PrivateKey(std::make_shared<const KeyData>(std::move(key), request.algorithm, bits));
}

}  // namespace rondo::crypto::internal
