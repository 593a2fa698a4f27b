#include "plugins/crypto/algorithms.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rondo::crypto::internal {

template <typename List>
auto Algorithms::Find(absl::string_view operation, absl::string_view name, List& list)
    -> absl::StatusOr<decltype(list[0].algorithm.Get())> {
  for (auto& entry : list) {
    if (entry.name != name) continue;
    if (auto* algorithm = entry.algorithm.Get(); algorithm != nullptr) return algorithm;
    return absl::UnimplementedError(
        absl::StrCat(operation, ": this OpenSSL is without ", entry.name));
  }
  const std::string names = absl::StrJoin(
      list, ", ", [](std::string* out, const auto& entry) { absl::StrAppend(out, entry.name); });
  return absl::InvalidArgumentError(absl::StrCat(operation, ": no algorithm \"",
                                                 absl::Utf8SafeCEscape(name.substr(0, 100)),
                                                 "\"; there are ", names));
}

absl::StatusOr<const EVP_MD*> Algorithms::Hash(absl::string_view operation,
                                               absl::string_view name) {
  return Find(operation, name, hashes_);
}

absl::StatusOr<const EVP_CIPHER*> Algorithms::Cipher(absl::string_view operation,
                                                     absl::string_view name) {
  return Find(operation, name, ciphers_);
}

absl::StatusOr<EVP_KDF*> Algorithms::Scrypt(absl::string_view operation) {
  return Find(operation, "scrypt", kdfs_);
}

}  // namespace rondo::crypto::internal
