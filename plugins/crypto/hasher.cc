#include "plugins/crypto/hasher.h"

#include <openssl/evp.h>

#include <utility>

#include "absl/log/check.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/hashing.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto {
namespace {

constexpr absl::string_view kOperation = "hash";

}  // namespace

struct Hasher::State {
  internal::Hashing hashing;
  absl::Status status;
};

absl::StatusOr<Hasher> Hasher::Create(absl::string_view algorithm) {
  internal::Algorithms algorithms;  // What is fetched lives on in the context.
  auto state = std::make_unique<State>();
  absl::Status status = state->hashing.Start(algorithms, kOperation, algorithm);
  if (!status.ok()) return status;
  return Hasher(std::move(state));
}

Hasher::Hasher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

Hasher::Hasher(const Hasher& other) {
  CHECK(other.state_ != nullptr) << "a copy of a hasher that was finished or moved from";
  state_ = std::make_unique<State>();
  state_->status = other.state_->status;
  internal::HashContext& context = state_->hashing.context();
  context.reset(EVP_MD_CTX_new());
  if (state_->status.ok() &&
      (context == nullptr ||
       EVP_MD_CTX_copy_ex(context.get(), other.state_->hashing.context().get()) != 1)) {
    state_->status = internal::OpenSslError(kOperation);
  }
}

Hasher& Hasher::operator=(const Hasher& other) {
  if (this != &other) *this = Hasher(other);
  return *this;
}

void Hasher::Update(absl::string_view data) {
  CHECK(state_ != nullptr) << "Update of a hasher that was finished or moved from";
  if (state_->status.ok()) state_->status = state_->hashing.Update(kOperation, data);
}

absl::StatusOr<Digest> Hasher::Finish() {
  CHECK(state_ != nullptr) << "Finish of a hasher that was finished or moved from";
  const std::unique_ptr<State> state = std::move(state_);
  if (!state->status.ok()) return state->status;
  return state->hashing.Finish(kOperation);
}

}  // namespace rondo::crypto
