// Certificates from foreign bytes, in PEM and DER, alone and as a chain that trusts itself: never a
// crash, never a word left in OpenSSL's error queue.
#include <openssl/err.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plugins/crypto/bodies.h"

namespace rondo::crypto {
namespace {

void Run(const std::string& input) {
  static auto& algorithms = *new internal::Algorithms;
  const absl::StatusOr<CertificateInfo> info =
      internal::ReadCertificate(algorithms, {.data = input});
  if (info.ok()) {
    CHECK_EQ(info->sha256.bytes.size(), size_t{32});
  } else {
    CHECK(absl::IsInvalidArgument(info.status())) << info.status();
  }
  CHECK_EQ(ERR_peek_error(), 0u);

  const absl::Status status = internal::VerifyChain(
      {.chain = input, .roots = input, .name = "example.org", .allow_weak = true},
      absl::FromUnixSeconds(1'800'000'000));
  CHECK(status.ok() || absl::IsInvalidArgument(status) || absl::IsUnauthenticated(status))
      << status;
  CHECK_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace rondo::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rondo::crypto::Run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
