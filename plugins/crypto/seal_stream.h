// Authenticated encryption of what is too large to be held in memory.
#ifndef RONDO_PLUGINS_CRYPTO_SEAL_STREAM_H_
#define RONDO_PLUGINS_CRYPTO_SEAL_STREAM_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/secret.h"

namespace rondo::crypto {

// What comes out of SealStream is a header and chunks, each authenticated for itself and for its
// place, so that it can be opened piece by piece:
//
//   "RONDOSL1" | algorithm (1 byte) | log2 of the chunk's size (1) | zeros (2) | salt (32)
//   chunk | tag (16 bytes), for each chunk
//
// Every stream has a key of its own: by HKDF-SHA-256 from the key, the salt, and as info "rondo
// sealed stream", the 12 bytes before the salt, and the SHA-256 of the associated data. The nonce
// of a chunk is its number, 11 bytes, big-endian, and a byte that is 1 in the last chunk and else
// 0 (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár). All chunks are of one size
// but the last, which is not longer, and not empty unless it is the only one. So a stream that was
// cut, also between chunks, or whose chunks were moved, repeated or left out, does not open.

// Seals what comes piece by piece, where the caller is.
//
// Thread-compatible. Once an error was returned every further call returns it.
//
//   absl::StatusOr<crypto::SealStream> seal = crypto::SealStream::Create({.key = key});
//   Write(*seal->Update(part));  // as often as you like
//   Write(*seal->Finish());
class SealStream {
 public:
  struct Options {
    Secret key = {};
    std::string associated_data = {};
    // Those of crypto.seal, with keys of their sizes.
    std::string algorithm = "aes-256-gcm";
    // A power of 2 from 1 KiB to 16 MiB; opening a stream takes so much memory.
    int64_t chunk_bytes = 64 << 10;
  };

  // Errors: INVALID_ARGUMENT (another algorithm, key size or chunk size).
  static absl::StatusOr<SealStream> Create(const Options& options);

  SealStream(SealStream&&) noexcept;
  SealStream& operator=(SealStream&&) noexcept;
  ~SealStream();

  // What is ready to be passed on, perhaps nothing yet. REQUIRES: Finish was not called; of Finish,
  // too.
  absl::StatusOr<std::string> Update(absl::string_view plaintext);
  absl::StatusOr<std::string> Finish();

 private:
  struct State;
  explicit SealStream(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

// Opens what SealStream made, piece by piece. Returns no byte that is not authentic; but until
// Finish has returned OK there is no telling whether the end is missing.
//
// Thread-compatible. Once an error was returned every further call returns it.
class OpenStream {
 public:
  struct Options {
    Secret key = {};
    std::string associated_data = {};
  };

  static OpenStream Create(const Options& options);

  OpenStream(OpenStream&&) noexcept;
  OpenStream& operator=(OpenStream&&) noexcept;
  ~OpenStream();

  // What has been found authentic, perhaps nothing yet. REQUIRES: Finish was not called; of Finish,
  // too.
  // Errors: UNAUTHENTICATED (another key or associated data, or changed, moved, missing bytes);
  // INVALID_ARGUMENT (no sealed stream at all; a key of another size than its algorithm's).
  absl::StatusOr<std::string> Update(absl::string_view sealed);
  absl::StatusOr<std::string> Finish();

 private:
  struct State;
  explicit OpenStream(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_SEAL_STREAM_H_
