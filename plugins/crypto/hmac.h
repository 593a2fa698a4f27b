// HMAC piece by piece, where the caller is.
#ifndef RONDO_PLUGINS_CRYPTO_HMAC_H_
#define RONDO_PLUGINS_CRYPTO_HMAC_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/digest.h"
#include "plugins/crypto/secret.h"

namespace rondo::crypto {

// The message authentication code of what comes piece by piece. Works on the calling thread and
// needs no runtime.
//
// Thread-compatible. Wipes its state. A copy goes on from where the original is; a copy of an
// unused one needs neither the look-up of the algorithm nor the set-up of the key.
//
//   absl::StatusOr<crypto::Hmac> hmac = crypto::Hmac::Create("sha256", key);
//   hmac->Update(body);
//   if (!hmac->Verify(code_from_the_message).ok()) ...
class Hmac {
 public:
  struct Options {
    bool allow_weak = false;  // Keys below 14 bytes.
  };

  // Errors: as those of crypto.hmac.
  static absl::StatusOr<Hmac> Create(absl::string_view algorithm, const Secret& key,
                                     const Options& options);
  static absl::StatusOr<Hmac> Create(absl::string_view algorithm, const Secret& key) {
    return Create(algorithm, key, Options{});
  }

  Hmac(const Hmac& other);
  Hmac& operator=(const Hmac& other);
  Hmac(Hmac&&) noexcept;
  Hmac& operator=(Hmac&&) noexcept;
  ~Hmac();

  // REQUIRES: not finished nor moved from; of the others, too.
  // An error (there is none to be expected but want of memory) is kept until the end.
  void Update(absl::string_view data);
  // The code. Ends this one's use.
  absl::StatusOr<Digest> Finish();
  // OK if `code` is it, found out in a time that does not depend on the bytes, else
  // UNAUTHENTICATED. Ends this one's use.
  absl::Status Verify(absl::string_view code);

 private:
  struct State;
  explicit Hmac(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_HMAC_H_
