#include "plugins/crypto/kdf.h"

#include "absl/strings/str_cat.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {

absl::Status RefuseNumber(absl::string_view operation, absl::string_view parameter, int64_t value,
                          absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": ", parameter, " is ", value, ", ", why));
}

absl::Status RefuseWeak(absl::string_view operation, absl::string_view parameter, int64_t value,
                        absl::string_view why) {
  return RefuseNumber(operation, parameter, value, absl::StrCat(why, "; allow_weak allows it"));
}

absl::Status CheckSalt(absl::string_view operation, absl::string_view salt) {
  if (salt.size() >= 16) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": salt: ", salt.size(),
                   " bytes are less than 16 (NIST SP 800-132); allow_weak allows it"));
}

absl::Status CheckInputSize(absl::string_view operation, absl::string_view parameter,
                            absl::string_view bytes) {
  if (bytes.size() <= size_t{1} << 30) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": ", parameter, ": ", bytes.size(), " bytes are more than 1 GiB"));
}

OSSL_PARAM Octets(const char* name, absl::string_view bytes) {
  // A null pointer would mean that there is none.
  const char* const data = bytes.empty() ? "" : bytes.data();
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(data), bytes.size());
}

absl::StatusOr<Secret> Derive(absl::string_view operation, EVP_KDF* kdf,
                              const OSSL_PARAM* parameters, int64_t length) {
  const KdfContext context(EVP_KDF_CTX_new(kdf));
  Secret key = Secret::OfSize(static_cast<size_t>(length));
  if (context == nullptr || EVP_KDF_derive(context.get(), Bytes(key.mutable_bytes().data()),
                                           key.size(), parameters) != 1) {
    return OpenSslError(operation);
  }
  return key;
}

}  // namespace rondo::crypto::internal
