// Hashing piece by piece, where the caller is.
#ifndef RONDO_PLUGINS_CRYPTO_HASHER_H_
#define RONDO_PLUGINS_CRYPTO_HASHER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/digest.h"

namespace rondo::crypto {

// Hashes what comes piece by piece, such as what is read from a connection. Works on the calling
// thread, needs no runtime and allocates nothing in Update.
//
// Thread-compatible. Wipes its state. A copy goes on from where the original is; Create looks the
// algorithm up and a copy does not, so whoever needs many copies an unused one.
//
//   absl::StatusOr<crypto::Hasher> hasher = crypto::Hasher::Create("sha256");
//   hasher->Update("a");
//   hasher->Update("bc");
//   crypto::Digest hash = hasher->Finish().value();
class Hasher {
 public:
  // Errors: as those of crypto.hash.
  static absl::StatusOr<Hasher> Create(absl::string_view algorithm);

  Hasher(const Hasher& other);
  Hasher& operator=(const Hasher& other);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  // REQUIRES: not finished nor moved from; of Finish, too.
  // An error (there is none to be expected but want of memory) is kept until Finish returns it.
  void Update(absl::string_view data);
  // The hash of all that came. Ends this hasher's use.
  absl::StatusOr<Digest> Finish();

 private:
  struct State;
  explicit Hasher(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_HASHER_H_
