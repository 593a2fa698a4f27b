// crypto.open with foreign bytes: never a plaintext, never a crash, never a word left in OpenSSL's
// error queue; and what was sealed opens, until one bit of it is changed.
#include <openssl/err.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "plugins/crypto/aead.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/bodies.h"

namespace rondo::crypto {
namespace {

struct Algorithm {
  const char* name;
  size_t key_bytes;
};

constexpr Algorithm kAlgorithms[] = {
    {"aes-256-gcm", 32}, {"aes-128-gcm", 16}, {"chacha20-poly1305", 32}};

bool Never() { return false; }

void ExpectRefused(internal::Algorithms& algorithms, const Open& request) {
  const absl::Status status = internal::OpenSealed(algorithms, request, Never).status();
  const bool whole = request.sealed.size() >= kNonceBytes + kTagBytes;
  CHECK(whole ? absl::IsUnauthenticated(status) : absl::IsInvalidArgument(status)) << status;
}

// The first byte chooses the algorithm, the second how much of the rest is associated data, the
// third the bit that changes.
void Run(std::string input) {
  static auto& algorithms = *new internal::Algorithms;
  input.resize(std::max<size_t>(input.size(), 3));
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(input[i]); };
  const Algorithm& algorithm = kAlgorithms[byte(0) % 3];
  const size_t split = 3 + byte(1) * (input.size() - 3) / 256;

  Open open = {.key = Secret(std::string(algorithm.key_bytes, 'k')),
               .sealed = input.substr(split),
               .associated_data = input.substr(3, split - 3),
               .algorithm = algorithm.name};
  ExpectRefused(algorithms, open);

  const absl::StatusOr<std::string> sealed =
      internal::SealText(algorithms,
                         {.key = open.key,
                          .plaintext = open.sealed,
                          .associated_data = open.associated_data,
                          .algorithm = algorithm.name},
                         Never);
  CHECK_OK(sealed);
  const std::string text = std::move(open.sealed);
  open.sealed = *sealed;
  CHECK(internal::OpenSealed(algorithms, open, Never).value() == text);
  const size_t bit = byte(2) * 8 * open.sealed.size() / 256;
  open.sealed[bit / 8] = static_cast<char>(open.sealed[bit / 8] ^ (1 << bit % 8));
  ExpectRefused(algorithms, open);
  CHECK_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace rondo::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rondo::crypto::Run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
