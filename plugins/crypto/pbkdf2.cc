#include "plugins/crypto/pbkdf2.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {
namespace {

absl::Status CheckParameters(const Pbkdf2& request) {
  constexpr int64_t kLeastIterations = 100'000;
  constexpr int64_t kMostLength = int64_t{1} << 20;
  if (request.iterations < 1) {
    return RefuseNumber(Pbkdf2::kKind, "iterations", request.iterations, "less than 1");
  }
  if (request.iterations > std::numeric_limits<int32_t>::max()) {
    return RefuseNumber(Pbkdf2::kKind, "iterations", request.iterations, "more than 2^31 - 1");
  }
  if (request.length < 1) {
    return RefuseNumber(Pbkdf2::kKind, "length", request.length, "less than 1");
  }
  if (request.length > kMostLength) {
    return RefuseNumber(Pbkdf2::kKind, "length", request.length, "more than 1 MiB");
  }
  absl::Status status = CheckInputSize(Pbkdf2::kKind, "password", request.password.bytes());
  if (status.ok()) status = CheckInputSize(Pbkdf2::kKind, "salt", request.salt);
  if (!status.ok() || request.allow_weak) return status;
  if (request.iterations < kLeastIterations) {
    return RefuseWeak(Pbkdf2::kKind, "iterations", request.iterations,
                      "less than 100000, so that passwords could be guessed fast");
  }
  status = CheckSalt(Pbkdf2::kKind, request.salt);
  if (!status.ok()) return status;
  return CheckNotLegacy(Pbkdf2::kKind, request.algorithm);
}

// What is iterated: an HMAC whose key is the password. Wipes what it came to.
class Prf {
 public:
  explicit Prf(MacContext keyed) : context_(std::move(keyed)) {}
  Prf(const Prf&) = delete;
  Prf& operator=(const Prf&) = delete;
  ~Prf() { OPENSSL_cleanse(output_, sizeof(output_)); }

  // Of `a` and `b`, one behind the other.
  bool Of(absl::string_view a, absl::string_view b) { return Begin() && Add(a) && Add(b) && End(); }
  // Of the last output.
  bool OfOutput() { return Begin() && Add(Text(output_, size_)) && End(); }

  absl::Span<const unsigned char> output() const { return {output_, size_}; }

 private:
  bool Begin() { return EVP_MAC_init(context_.get(), /*key=*/nullptr, 0, nullptr) == 1; }
  bool Add(absl::string_view text) {
    return EVP_MAC_update(context_.get(), Bytes(text), text.size()) == 1;
  }
  bool End() { return EVP_MAC_final(context_.get(), output_, &size_, sizeof(output_)) == 1; }

  const MacContext context_;
  unsigned char output_[EVP_MAX_MD_SIZE] = {};
  size_t size_ = 0;
};

// One block of the key, which `out` may cut short (RFC 8018, 5.2).
absl::Status DeriveBlock(Prf& prf, const Pbkdf2& request, uint32_t number, absl::Span<char> out,
                         StopRequested stopped) {
  constexpr int64_t kIterationsOfASlice = 1024;  // Some hundred microseconds.
  const char big_endian[] = {static_cast<char>(number >> 24), static_cast<char>(number >> 16),
                             static_cast<char>(number >> 8), static_cast<char>(number)};
  for (int64_t done = 0; done < request.iterations; ++done) {
    if (done % kIterationsOfASlice == 0 && stopped()) return Stopped(Pbkdf2::kKind);
    const bool ok = done == 0 ? prf.Of(request.salt, {big_endian, 4}) : prf.OfOutput();
    if (!ok) return OpenSslError(Pbkdf2::kKind);
    const unsigned char* const output = prf.output().data();
    for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(out[i] ^ output[i]);
  }
  return absl::OkStatus();
}

}  // namespace

// OpenSSL has this, too, but cannot be stopped, and the iterations that a caller may ask for take
// minutes. It takes no less time (benchmarks/w8_crypto).
absl::StatusOr<Secret> DeriveByPbkdf2(Algorithms& algorithms, const Pbkdf2& request,
                                      StopRequested stopped) {
  absl::StatusOr<MacContext> hmac = algorithms.Hmac(Pbkdf2::kKind, request.algorithm);
  if (!hmac.ok()) return hmac.status();
  if (absl::Status status = CheckParameters(request); !status.ok()) return status;
  // A null key would mean the old one.
  const absl::string_view password = request.password.empty() ? "" : request.password.bytes();
  if (EVP_MAC_init(hmac->get(), Bytes(password), password.size(), nullptr) != 1) {
    return OpenSslError(Pbkdf2::kKind);
  }
  const size_t block_bytes = EVP_MAC_CTX_get_mac_size(hmac->get());
  Prf prf(*std::move(hmac));
  Secret key = Secret::OfSize(static_cast<size_t>(request.length));
  const absl::Span<char> bytes = key.mutable_bytes();
  uint32_t number = 0;
  for (size_t at = 0; at < bytes.size(); at += block_bytes) {
    absl::Status status =
        DeriveBlock(prf, request, ++number, bytes.subspan(at, block_bytes), stopped);
    if (!status.ok()) return status;
  }
  return key;
}

}  // namespace rondo::crypto::internal
