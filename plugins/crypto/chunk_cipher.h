// The cipher of a sealed stream.
#ifndef RONDO_PLUGINS_CRYPTO_CHUNK_CIPHER_H_
#define RONDO_PLUGINS_CRYPTO_CHUNK_CIPHER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/openssl.h"
#include "plugins/crypto/secret.h"

namespace rondo::crypto::internal {

// What stands before the salt of a sealed stream (plugins/crypto/seal_stream.h), and with it.
inline constexpr size_t kPrefixBytes = 12;
inline constexpr size_t kHeaderBytes = kPrefixBytes + 32;

// Makes the header of a stream, with a new salt.
absl::StatusOr<std::string> MakeHeader(absl::string_view operation, absl::string_view algorithm,
                                       int64_t chunk_bytes);

// Seals or opens the chunks of one stream, in their order. Thread-compatible.
class ChunkCipher {
 public:
  enum Direction : int { kOpen = 0, kSeal = 1 };

  explicit ChunkCipher(absl::string_view operation) : operation_(operation) {}

  // The others: REQUIRES that it has returned OK.
  // Errors: INVALID_ARGUMENT for a header that is none and a key of another size.
  absl::Status Start(absl::string_view header, const Secret& key, absl::string_view associated_data,
                     Direction direction);

  size_t chunk_bytes() const { return chunk_bytes_; }
  // How many chunks there were.
  uint64_t count() const { return count_; }

  // Appends to `out` the next chunk and its tag.
  absl::Status Seal(absl::string_view chunk, bool last, std::string& out);
  // Appends to `out` what the next chunk with its tag becomes, or nothing: UNAUTHENTICATED.
  // REQUIRES: the tag's bytes at least.
  absl::Status Open(absl::string_view sealed, bool last, std::string& out);

 private:
  // Takes the next nonce.
  absl::Status Next(bool last);
  bool Transform(absl::string_view in, char* out);

  const absl::string_view operation_;
  const CipherContext context_ = CipherContext(EVP_CIPHER_CTX_new());
  Direction direction_ = kOpen;
  size_t chunk_bytes_ = 0;
  uint64_t count_ = 0;
};

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_CHUNK_CIPHER_H_
