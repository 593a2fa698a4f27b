#include "plugins/crypto/random.h"

#include <openssl/rand.h>

#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {
namespace {

constexpr size_t kUuidBytes = 16;

absl::Status FillRandomly(absl::string_view operation, char* data, size_t size,
                          StopRequested stopped) {
  constexpr size_t kPieceBytes = size_t{1} << 20;
  for (size_t done = 0; done < size;) {
    if (stopped()) return Stopped(operation);
    const size_t piece = std::min(size - done, kPieceBytes);
    if (RAND_bytes(Bytes(data + done), static_cast<int>(piece)) != 1) {
      return OpenSslError(operation);
    }
    done += piece;
  }
  return absl::OkStatus();
}

// Sets the bits that say what the identifier is.
std::string UuidText(std::string bytes, int version) {
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | version << 4);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = absl::BytesToHexString(bytes);
  for (const size_t at : {8, 13, 18, 23}) text.insert(at, 1, '-');
  return text;
}

}  // namespace

absl::StatusOr<std::string> MakeRandomBytes(const RandomBytes& request, StopRequested stopped) {
  if (request.size < 0) {
    return RefuseNumber(RandomBytes::kKind, "size", request.size, "less than 0");
  }
  if (request.size > int64_t{1} << 30) {
    return RefuseNumber(RandomBytes::kKind, "size", request.size, "more than 1 GiB");
  }
  std::string bytes(static_cast<size_t>(request.size), '\0');
  absl::Status status = FillRandomly(RandomBytes::kKind, bytes.data(), bytes.size(), stopped);
  if (!status.ok()) return status;
  return bytes;
}

absl::StatusOr<Secret> MakeSecret(const GenerateSecret& request) {
  if (request.size < 14) {
    return RefuseNumber(GenerateSecret::kKind, "size", request.size,
                        "less than 14 (112 bits, NIST SP 800-131A)");
  }
  if (request.size > int64_t{1} << 20) {
    return RefuseNumber(GenerateSecret::kKind, "size", request.size, "more than 1 MiB");
  }
  Secret secret = Secret::OfSize(static_cast<size_t>(request.size));
  const absl::Span<char> bytes = secret.mutable_bytes();
  if (RAND_priv_bytes(Bytes(bytes.data()), static_cast<int>(bytes.size())) != 1) {
    return OpenSslError(GenerateSecret::kKind);
  }
  return secret;
}

absl::StatusOr<std::string> UuidMaker::Make(const RandomUuid& request, int64_t unix_millis) {
  std::string bytes(kUuidBytes, '\0');
  absl::Status status =
      FillRandomly(RandomUuid::kKind, bytes.data(), bytes.size(), [] { return false; });
  if (!status.ok()) return status;
  if (request.version == 4) return UuidText(std::move(bytes), 4);
  if (request.version != 7) {
    return RefuseNumber(RandomUuid::kKind, "version", request.version, "neither 4 nor 7");
  }
  // Within a millisecond, and until the clock is past the last one again, they are counted on from
  // a random number with some room above it.
  const uint16_t random = static_cast<uint16_t>((bytes[6] & 0x07) << 8 | (bytes[7] & 0xff));
  if (unix_millis > millis_) {
    millis_ = unix_millis;
    count_ = random;
  } else if (++count_ > 0x0fff) {
    ++millis_;
    count_ = random;
  }
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<char>(millis_ >> (40 - 8 * i));
  bytes[6] = static_cast<char>(count_ >> 8);
  bytes[7] = static_cast<char>(count_);
  return UuidText(std::move(bytes), 7);
}

}  // namespace rondo::crypto::internal
