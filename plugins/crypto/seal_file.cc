#include "plugins/crypto/seal_file.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/files.h"
#include "plugins/crypto/output_file.h"
#include "plugins/crypto/seal_stream.h"

namespace rondo::crypto::internal {
namespace {

absl::Status Prefixed(absl::string_view operation, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(operation, ": ", status.message()));
}

// Sends a file through a stream into another.
template <typename Stream>
absl::Status Convert(absl::string_view operation, Stream& stream, const std::string& path,
                     const std::string& destination, StopRequested stopped) {
  constexpr size_t kPieceBytes = size_t{256} << 10;
  absl::StatusOr<InputFile> in = InputFile::Open(operation, path);
  if (!in.ok()) return in.status();
  absl::StatusOr<OutputFile> out = OutputFile::Create(operation, destination);
  if (!out.ok()) return out.status();

  const auto buffer = std::make_unique_for_overwrite<char[]>(kPieceBytes);
  for (size_t size = kPieceBytes; size == kPieceBytes;) {
    if (stopped()) return Stopped(operation);
    absl::StatusOr<size_t> read = in->Read(absl::MakeSpan(buffer.get(), kPieceBytes));
    if (!read.ok()) return read.status();
    size = *read;
    absl::StatusOr<std::string> piece = stream.Update({buffer.get(), size});
    if (!piece.ok()) return Prefixed(operation, piece.status());
    if (absl::Status status = out->Write(*piece); !status.ok()) return status;
  }
  absl::StatusOr<std::string> rest = stream.Finish();
  if (!rest.ok()) return Prefixed(operation, rest.status());
  if (absl::Status status = out->Write(*rest); !status.ok()) return status;
  return out->Commit();
}

}  // namespace

absl::Status SealWholeFile(const SealFile& request, StopRequested stopped) {
  absl::StatusOr<SealStream> stream =
      SealStream::Create({.key = request.key,
                          .associated_data = request.associated_data,
                          .algorithm = request.algorithm,
                          .chunk_bytes = request.chunk_bytes});
  if (!stream.ok()) return Prefixed(SealFile::kKind, stream.status());
  return Convert(SealFile::kKind, *stream, request.path, request.destination, stopped);
}

absl::Status OpenWholeFile(const OpenFile& request, StopRequested stopped) {
  OpenStream stream =
      OpenStream::Create({.key = request.key, .associated_data = request.associated_data});
  return Convert(OpenFile::kKind, stream, request.path, request.destination, stopped);
}

}  // namespace rondo::crypto::internal
