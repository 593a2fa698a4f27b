// Keys from foreign bytes: never a crash, never a word left in OpenSSL's error queue, and what is
// taken for a key is one that can be written down and read again.
#include <openssl/err.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/bodies.h"

namespace rondo::crypto {
namespace {

// The first byte says of what format and half the rest is: 0 and 1 private, 2 and 3 public, in PEM
// and DER; from 4 on raw, of either half and any algorithm.
struct Choice {
  KeyFormat format;
  bool is_private;
  std::optional<KeyAlgorithm> raw;
};

Choice Choose(unsigned char byte) {
  if (byte < 4) return {byte % 2 == 0 ? KeyFormat::kPem : KeyFormat::kDer, byte < 2, {}};
  return {KeyFormat::kRaw, byte % 2 == 0, static_cast<KeyAlgorithm>(byte / 4 % 5)};
}

void CheckRefusal(const absl::Status& status) { CHECK(absl::IsInvalidArgument(status)) << status; }

void RunPrivate(const Choice& choice, absl::string_view data) {
  const absl::StatusOr<PrivateKey> key = internal::ReadPrivateKey({.data = Secret(data),
                                                                   .format = choice.format,
                                                                   .raw_algorithm = choice.raw,
                                                                   .allow_weak = true});
  if (!key.ok()) return CheckRefusal(key.status());
  const absl::StatusOr<PrivateKey> again = internal::ReadPrivateKey(
      {.data = internal::WritePrivateKey({.key = *key}).value(), .allow_weak = true});
  CHECK_OK(again.status());
  CHECK(again->public_key() == key->public_key());
}

void RunPublic(const Choice& choice, absl::string_view data) {
  const absl::StatusOr<PublicKey> key = internal::ReadPublicKey({.data = std::string(data),
                                                                 .format = choice.format,
                                                                 .raw_algorithm = choice.raw,
                                                                 .allow_weak = true});
  if (!key.ok()) return CheckRefusal(key.status());
  const absl::StatusOr<PublicKey> again = internal::ReadPublicKey(
      {.data = internal::WritePublicKey({.key = *key}).value(), .allow_weak = true});
  CHECK_OK(again.status());
  CHECK(*again == *key);
}

void Run(absl::string_view input) {
  if (input.empty()) return;
  const Choice choice = Choose(static_cast<unsigned char>(input[0]));
  input.remove_prefix(1);
  choice.is_private ? RunPrivate(choice, input) : RunPublic(choice, input);
  CHECK_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace rondo::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rondo::crypto::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
