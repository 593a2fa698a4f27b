#include "plugins/crypto/algorithms.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rondo::crypto::internal {
namespace {

// What is left of a name without that by which spellings differ.
std::string Essence(absl::string_view name) {
  std::string essence;
  for (const char c : name) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) essence += absl::ascii_tolower(c);
  }
  return essence;
}

// The name of the list that was probably meant, or nothing.
template <typename List>
absl::string_view Meant(absl::string_view name, const List& list) {
  const std::string essence = Essence(name);
  for (const auto& entry : list) {
    if (Essence(entry.name) == essence) return entry.name;
  }
  if (essence.size() < 3) return {};
  for (const auto& entry : list) {
    if (absl::EndsWith(Essence(entry.name), essence)) return entry.name;
  }
  return {};
}

template <typename List>
absl::Status Unknown(absl::string_view operation, absl::string_view name, const List& list) {
  const absl::string_view meant = Meant(name, list);
  const std::string names = absl::StrJoin(
      list, ", ", [](std::string* out, const auto& entry) { absl::StrAppend(out, entry.name); });
  return absl::InvalidArgumentError(absl::StrCat(
      operation, ": no algorithm \"", absl::Utf8SafeCEscape(name.substr(0, 100)), "\"; ",
      meant.empty() ? "" : absl::StrCat("did you mean ", meant, "? "), "there are ", names));
}

absl::Status Without(absl::string_view operation, absl::string_view name) {
  return absl::UnimplementedError(absl::StrCat(operation, ": this OpenSSL is without ", name));
}

}  // namespace

template <typename List>
auto Algorithms::Find(absl::string_view operation, absl::string_view name, List& list)
    -> absl::StatusOr<decltype(&list[0])> {
  for (auto& entry : list) {
    if (entry.name != name) continue;
    if (entry.algorithm.Get() == nullptr) return Without(operation, name);
    return &entry;
  }
  return Unknown(operation, name, list);
}

absl::StatusOr<const EVP_MD*> Algorithms::Hash(absl::string_view operation,
                                               absl::string_view name) {
  absl::StatusOr<NamedHash*> hash = Find(operation, name, hashes_);
  if (!hash.ok()) return hash.status();
  return (*hash)->algorithm.Get();
}

absl::StatusOr<const EVP_CIPHER*> Algorithms::Cipher(absl::string_view operation,
                                                     absl::string_view name) {
  absl::StatusOr<Named<FetchedCipher>*> cipher = Find(operation, name, ciphers_);
  if (!cipher.ok()) return cipher.status();
  return (*cipher)->algorithm.Get();
}

absl::StatusOr<EVP_KDF*> Algorithms::Kdf(absl::string_view operation, absl::string_view name) {
  absl::StatusOr<Named<FetchedKdf>*> kdf = Find(operation, name, kdfs_);
  if (!kdf.ok()) return kdf.status();
  return (*kdf)->algorithm.Get();
}

absl::StatusOr<MacContext> Algorithms::Hmac(absl::string_view operation, absl::string_view hash) {
  absl::StatusOr<NamedHash*> found = Find(operation, hash, hashes_);
  if (!found.ok()) return found.status();
  NamedHash& entry = **found;
  absl::call_once(entry.hmac_once, [&] { entry.hmac = NewHmac(entry.algorithm.name()); });
  if (entry.hmac == nullptr) return Without(operation, absl::StrCat("HMAC with ", hash));
  MacContext copy(EVP_MAC_CTX_dup(entry.hmac.get()));
  if (copy == nullptr) return OpenSslError(operation);
  return copy;
}

MacContext Algorithms::NewHmac(const char* hash) {
  if (hmac_.Get() == nullptr) return nullptr;
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(hash), 0),
      OSSL_PARAM_construct_end(),
  };
  MacContext context(EVP_MAC_CTX_new(hmac_.Get()));
  // Only one that has a key can be copied; every copy gets another.
  const unsigned char key[1] = {};
  if (context == nullptr || EVP_MAC_init(context.get(), key, sizeof(key), parameters) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return context;
}

absl::Status CheckNotLegacy(absl::string_view operation, absl::string_view hash) {
  if (!absl::StartsWith(hash, "legacy-")) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": algorithm: ", hash, " is broken; allow_weak allows it"));
}

}  // namespace rondo::crypto::internal
