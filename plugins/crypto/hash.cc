#include "plugins/crypto/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/hashing.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {

absl::Status Hashing::Start(Algorithms& algorithms, absl::string_view operation,
                            absl::string_view algorithm) {
  absl::StatusOr<const EVP_MD*> found = algorithms.Hash(operation, algorithm);
  if (!found.ok()) return found.status();
  if (context_ == nullptr) context_.reset(EVP_MD_CTX_new());
  if (context_ == nullptr || EVP_DigestInit_ex2(context_.get(), *found, nullptr) != 1) {
    return OpenSslError(operation);
  }
  return absl::OkStatus();
}

absl::Status Hashing::Update(absl::string_view operation, absl::string_view data) {
  if (EVP_DigestUpdate(context_.get(), data.data(), data.size()) != 1) {
    return OpenSslError(operation);
  }
  return absl::OkStatus();
}

absl::StatusOr<Digest> Hashing::Finish(absl::string_view operation) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_.get(), bytes, &size) != 1) return OpenSslError(operation);
  return Digest{.bytes = std::string(reinterpret_cast<const char*>(bytes), size)};
}

absl::StatusOr<Digest> ComputeHash(Algorithms& algorithms, Hashing& hashing, const Hash& request,
                                   StopRequested stopped) {
  constexpr size_t kPieceBytes = size_t{1} << 20;  // About a millisecond.
  absl::Status status = hashing.Start(algorithms, Hash::kKind, request.algorithm);
  absl::string_view rest = request.data;
  while (status.ok() && !rest.empty()) {
    if (stopped()) return Stopped(Hash::kKind);
    const size_t piece = std::min(rest.size(), kPieceBytes);
    status = hashing.Update(Hash::kKind, rest.substr(0, piece));
    rest.remove_prefix(piece);
  }
  if (!status.ok()) return status;
  return hashing.Finish(Hash::kKind);
}

absl::StatusOr<Digest> ComputeHash(Algorithms& algorithms, const Hash& request,
                                   StopRequested stopped) {
  Hashing hashing;
  return ComputeHash(algorithms, hashing, request, stopped);
}

absl::StatusOr<Digest> ComputeHashOfFile(Algorithms& algorithms, const HashFile& request,
                                         StopRequested stopped) {
  constexpr size_t kPieceBytes = size_t{256} << 10;
  Hashing hashing;
  absl::Status status = hashing.Start(algorithms, HashFile::kKind, request.algorithm);
  if (!status.ok()) return status;
  absl::StatusOr<InputFile> file = InputFile::Open(HashFile::kKind, request.path);
  if (!file.ok()) return file.status();

  const auto buffer = std::make_unique_for_overwrite<char[]>(kPieceBytes);
  for (size_t size = kPieceBytes; size == kPieceBytes;) {
    if (stopped()) return Stopped(HashFile::kKind);
    absl::StatusOr<size_t> read = file->Read(absl::MakeSpan(buffer.get(), kPieceBytes));
    if (!read.ok()) return read.status();
    size = *read;
    status = hashing.Update(HashFile::kKind, {buffer.get(), size});
    if (!status.ok()) return status;
  }
  return hashing.Finish(HashFile::kKind);
}

}  // namespace rondo::crypto::internal
