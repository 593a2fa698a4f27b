// Sealed streams from foreign bytes: nothing comes out, and no crash. And what was sealed in pieces
// of any size opens in pieces of any other.
#include <openssl/err.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/seal_stream.h"

namespace rondo::crypto {
namespace {

template <typename Stream>
absl::StatusOr<std::string> Through(Stream stream, absl::string_view in, size_t piece) {
  std::string out;
  for (; !in.empty(); in.remove_prefix(std::min(piece, in.size()))) {
    absl::StatusOr<std::string> part = stream.Update(in.substr(0, piece));
    if (!part.ok()) return part;
    out += *part;
  }
  absl::StatusOr<std::string> rest = stream.Finish();
  if (!rest.ok()) return rest;
  return out + *rest;
}

// The first two bytes are the sizes of the pieces.
void Run(absl::string_view input) {
  if (input.size() < 2) return;
  const size_t piece_in = 1 + 8 * static_cast<unsigned char>(input[0]);
  const size_t piece_out = 1 + 8 * static_cast<unsigned char>(input[1]);
  input.remove_prefix(2);
  const Secret key(std::string(32, 'k'));
  const absl::Status status = Through(OpenStream::Create({.key = key}), input, piece_in).status();
  CHECK(absl::IsInvalidArgument(status) || absl::IsUnauthenticated(status)) << status;
  const absl::StatusOr<std::string> sealed =
      Through(SealStream::Create({.key = key, .chunk_bytes = 1024}).value(), input, piece_in);
  CHECK(Through(OpenStream::Create({.key = key}), sealed.value(), piece_out).value() == input);
  CHECK_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace rondo::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rondo::crypto::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
