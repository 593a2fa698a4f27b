#include "plugins/crypto/hmac.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto {
namespace internal {
namespace {

constexpr absl::string_view kStreamed = "hmac";

absl::StatusOr<MacContext> StartHmac(Algorithms& algorithms, absl::string_view operation,
                                     absl::string_view algorithm, const Secret& key,
                                     bool allow_weak) {
  constexpr size_t kLeastKeyBytes = 14;
  absl::StatusOr<MacContext> context = algorithms.Hmac(operation, algorithm);
  if (!context.ok()) return context;
  if (key.size() < kLeastKeyBytes && !allow_weak) {
    return absl::InvalidArgumentError(
        absl::StrCat(operation, ": key: ", key.size(), " bytes are less than ", kLeastKeyBytes,
                     " (112 bits, NIST SP 800-131A); allow_weak allows it"));
  }
  absl::Status status = CheckInputSize(operation, "key", key.bytes());
  if (!status.ok()) return status;
  // A null key would mean the old one.
  const absl::string_view bytes = key.empty() ? "" : key.bytes();
  if (EVP_MAC_init(context->get(), Bytes(bytes), bytes.size(), nullptr) != 1) {
    return OpenSslError(operation);
  }
  return context;
}

absl::Status UpdateHmac(MacContext& context, absl::string_view operation, absl::string_view data) {
  return EVP_MAC_update(context.get(), Bytes(data), data.size()) == 1 ? absl::OkStatus()
                                                                      : OpenSslError(operation);
}

absl::StatusOr<Digest> FinishHmac(MacContext& context, absl::string_view operation) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  size_t size = 0;
  if (EVP_MAC_final(context.get(), bytes, &size, sizeof(bytes)) != 1) {
    return OpenSslError(operation);
  }
  return Digest{.bytes = std::string(reinterpret_cast<const char*>(bytes), size)};
}

}  // namespace

absl::StatusOr<Digest> ComputeHmacOf(Algorithms& algorithms, const ComputeHmac& request,
                                     StopRequested stopped) {
  constexpr size_t kPieceBytes = size_t{1} << 20;
  absl::StatusOr<MacContext> context =
      StartHmac(algorithms, ComputeHmac::kKind, request.algorithm, request.key, request.allow_weak);
  if (!context.ok()) return context.status();
  absl::string_view rest = request.data;
  while (!rest.empty()) {
    if (stopped()) return Stopped(ComputeHmac::kKind);
    const absl::string_view piece = rest.substr(0, kPieceBytes);
    absl::Status status = UpdateHmac(*context, ComputeHmac::kKind, piece);
    if (!status.ok()) return status;
    rest.remove_prefix(piece.size());
  }
  return FinishHmac(*context, ComputeHmac::kKind);
}

}  // namespace internal

struct Hmac::State {
  internal::MacContext context;
  absl::Status status;
};

absl::StatusOr<Hmac> Hmac::Create(absl::string_view algorithm, const Secret& key,
                                  const Options& options) {
  internal::Algorithms algorithms;  // What is fetched lives on in the context.
  absl::StatusOr<internal::MacContext> context =
      internal::StartHmac(algorithms, internal::kStreamed, algorithm, key, options.allow_weak);
  if (!context.ok()) return context.status();
  auto state = std::make_unique<State>();
  state->context = *std::move(context);
  return Hmac(std::move(state));
}

Hmac::Hmac(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hmac::Hmac(Hmac&&) noexcept = default;
Hmac& Hmac::operator=(Hmac&&) noexcept = default;
Hmac::~Hmac() = default;

Hmac::Hmac(const Hmac& other) {
  CHECK(other.state_ != nullptr) << "a copy of an Hmac that was finished or moved from";
  state_ = std::make_unique<State>();
  state_->status = other.state_->status;
  if (!state_->status.ok()) return;
  state_->context.reset(EVP_MAC_CTX_dup(other.state_->context.get()));
  if (state_->context == nullptr) state_->status = internal::OpenSslError(internal::kStreamed);
}

Hmac& Hmac::operator=(const Hmac& other) {
  if (this != &other) *this = Hmac(other);
  return *this;
}

void Hmac::Update(absl::string_view data) {
  CHECK(state_ != nullptr) << "Update of an Hmac that was finished or moved from";
  if (!state_->status.ok()) return;
  state_->status = internal::UpdateHmac(state_->context, internal::kStreamed, data);
}

absl::StatusOr<Digest> Hmac::Finish() {
  CHECK(state_ != nullptr) << "Finish of an Hmac that was finished or moved from";
  const std::unique_ptr<State> state = std::move(state_);
  if (!state->status.ok()) return state->status;
  return internal::FinishHmac(state->context, internal::kStreamed);
}

absl::Status Hmac::Verify(absl::string_view code) {
  absl::StatusOr<Digest> right = Finish();
  if (!right.ok()) return right.status();
  if (TimingSafeEqual(right->bytes, code)) return absl::OkStatus();
  return absl::UnauthenticatedError("hmac: another key or algorithm, or changed bytes");
}

}  // namespace rondo::crypto
