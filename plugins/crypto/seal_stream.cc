#include "plugins/crypto/seal_stream.h"

#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/aead.h"
#include "plugins/crypto/chunk_cipher.h"

namespace rondo::crypto {
namespace {

using internal::ChunkCipher;
using internal::kHeaderBytes;

constexpr absl::string_view kSealing = "seal stream";
constexpr absl::string_view kOpening = "open stream";

}  // namespace

struct SealStream::State {
  ChunkCipher cipher{kSealing};
  std::string waiting;  // Up to a chunk: whether it is the last is not known yet.
  std::string header;   // Until it has been passed on.
  absl::Status status;
  bool finished = false;

  absl::Status SealWhole(absl::string_view plaintext, std::string& out) {
    while (!plaintext.empty()) {
      if (waiting.size() == cipher.chunk_bytes()) {
        absl::Status sealed = cipher.Seal(waiting, /*last=*/false, out);
        if (!sealed.ok()) return sealed;
        waiting.clear();
      }
      const absl::string_view piece = plaintext.substr(0, cipher.chunk_bytes() - waiting.size());
      waiting.append(piece.data(), piece.size());
      plaintext.remove_prefix(piece.size());
    }
    return absl::OkStatus();
  }
};

absl::StatusOr<SealStream> SealStream::Create(const Options& options) {
  absl::StatusOr<std::string> header =
      internal::MakeHeader(kSealing, options.algorithm, options.chunk_bytes);
  if (!header.ok()) return header.status();
  auto state = std::make_unique<State>();
  absl::Status status =
      state->cipher.Start(*header, options.key, options.associated_data, ChunkCipher::kSeal);
  if (!status.ok()) return status;
  state->header = *std::move(header);
  return SealStream(std::move(state));
}

SealStream::SealStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
SealStream::SealStream(SealStream&&) noexcept = default;
SealStream& SealStream::operator=(SealStream&&) noexcept = default;
SealStream::~SealStream() = default;

absl::StatusOr<std::string> SealStream::Update(absl::string_view plaintext) {
  CHECK(state_ != nullptr && !state_->finished) << "Update of a stream that has ended";
  if (!state_->status.ok()) return state_->status;
  std::string out = std::exchange(state_->header, {});
  state_->status = state_->SealWhole(plaintext, out);
  if (!state_->status.ok()) return state_->status;
  return out;
}

absl::StatusOr<std::string> SealStream::Finish() {
  CHECK(state_ != nullptr && !state_->finished) << "Finish of a stream that has ended";
  if (!state_->status.ok()) return state_->status;
  state_->finished = true;
  std::string out = std::exchange(state_->header, {});
  state_->status = state_->cipher.Seal(state_->waiting, /*last=*/true, out);
  if (!state_->status.ok()) return state_->status;
  return out;
}

struct OpenStream::State {
  explicit State(const Options& o) : options(o) {}

  Options options;
  ChunkCipher cipher{kOpening};
  std::string waiting;  // The header as long as it is not whole; then up to a chunk and its tag.
  bool started = false;
  absl::Status status;
  bool finished = false;

  absl::Status Start() {
    const std::string header = std::exchange(waiting, {});
    started = true;
    absl::Status status =
        cipher.Start(header, options.key, options.associated_data, ChunkCipher::kOpen);
    options = {};
    return status;
  }

  // How much `waiting` may hold until something has to be done.
  size_t room() const {
    return (started ? cipher.chunk_bytes() + kTagBytes : kHeaderBytes) - waiting.size();
  }

  absl::Status OpenWhole(absl::string_view sealed, std::string& out) {
    while (!sealed.empty()) {
      if (room() == 0) {
        absl::Status opened =
            started ? cipher.Open(std::exchange(waiting, {}), false, out) : Start();
        if (!opened.ok()) return opened;
      }
      const absl::string_view piece = sealed.substr(0, room());
      waiting.append(piece.data(), piece.size());
      sealed.remove_prefix(piece.size());
    }
    return absl::OkStatus();
  }

  absl::Status OpenLast(std::string& out) {
    if (!started) {
      if (absl::Status start = Start(); !start.ok()) return start;
    }
    const bool whole =
        waiting.size() > kTagBytes || (waiting.size() == kTagBytes && cipher.count() == 0);
    if (whole) return cipher.Open(waiting, /*last=*/true, out);
    return absl::UnauthenticatedError(
        absl::StrCat(kOpening, ": cut short behind chunk ", cipher.count()));
  }
};

OpenStream OpenStream::Create(const Options& options) {
  return OpenStream(std::make_unique<State>(options));
}

OpenStream::OpenStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
OpenStream::OpenStream(OpenStream&&) noexcept = default;
OpenStream& OpenStream::operator=(OpenStream&&) noexcept = default;
OpenStream::~OpenStream() = default;

absl::StatusOr<std::string> OpenStream::Update(absl::string_view sealed) {
  CHECK(state_ != nullptr && !state_->finished) << "Update of a stream that has ended";
  if (!state_->status.ok()) return state_->status;
  std::string out;
  state_->status = state_->OpenWhole(sealed, out);
  if (!state_->status.ok()) return state_->status;
  return out;
}

absl::StatusOr<std::string> OpenStream::Finish() {
  CHECK(state_ != nullptr && !state_->finished) << "Finish of a stream that has ended";
  if (!state_->status.ok()) return state_->status;
  state_->finished = true;
  std::string out;
  state_->status = state_->OpenLast(out);
  if (!state_->status.ok()) return state_->status;
  return out;
}

}  // namespace rondo::crypto
