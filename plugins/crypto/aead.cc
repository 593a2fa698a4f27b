#include "plugins/crypto/aead.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {
namespace {

// What is given to the cipher at once; OpenSSL counts in ints. The result's string clears what is
// going to be written to; a piece of this size is still in the cache then.
constexpr size_t kPieceBytes = size_t{256} << 10;

enum Direction : int { kOpen = 0, kSeal = 1 };

absl::Status WrongSize(absl::string_view operation, absl::string_view what,
                       absl::string_view algorithm, size_t right, size_t size) {
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": ", what, ": ", algorithm, " takes ", right, " bytes, not ", size));
}

// One run of a cipher.
class Run {
 public:
  Run(absl::string_view operation, StopRequested stopped)
      : operation_(operation), stopped_(stopped) {}

  absl::Status Start(Algorithms& algorithms, absl::string_view algorithm, const Secret& key,
                     absl::string_view nonce, Direction direction);
  absl::Status Authenticate(absl::string_view associated_data);
  // Appends to `out` what `in` becomes.
  absl::Status Transform(absl::string_view in, std::string& out);
  // False when the tag is wrong: when opening, and only then.
  bool Finish();

  absl::Status GetTag(std::string& out);
  absl::Status SetTag(absl::string_view tag);

 private:
  // Calls `update` with one piece of `in` after the other.
  template <typename Update>
  absl::Status ForEachPiece(absl::string_view in, Update update);
  absl::Status Error() const { return OpenSslError(operation_); }

  const absl::string_view operation_;
  const StopRequested stopped_;
  const CipherContext context_ = CipherContext(EVP_CIPHER_CTX_new());
};

absl::Status Run::Start(Algorithms& algorithms, absl::string_view algorithm, const Secret& key,
                        absl::string_view nonce, Direction direction) {
  absl::StatusOr<const EVP_CIPHER*> cipher = algorithms.Cipher(operation_, algorithm);
  if (!cipher.ok()) return cipher.status();
  const size_t key_bytes = static_cast<size_t>(EVP_CIPHER_get_key_length(*cipher));
  if (key.size() != key_bytes) {
    return WrongSize(operation_, "key", algorithm, key_bytes, key.size());
  }
  if (nonce.size() != kNonceBytes) {
    return WrongSize(operation_, "nonce", algorithm, kNonceBytes, nonce.size());
  }
  const bool ok =
      context_ != nullptr && EVP_CipherInit_ex2(context_.get(), *cipher, Bytes(key.bytes()),
                                                Bytes(nonce), direction, nullptr) == 1;
  return ok ? absl::OkStatus() : Error();
}

template <typename Update>
absl::Status Run::ForEachPiece(absl::string_view in, Update update) {
  while (!in.empty()) {
    if (stopped_()) {
      return absl::CancelledError(absl::StrCat(operation_, ": the caller has stopped waiting"));
    }
    const absl::string_view piece = in.substr(0, kPieceBytes);
    if (!update(piece)) return Error();
    in.remove_prefix(piece.size());
  }
  return absl::OkStatus();
}

absl::Status Run::Authenticate(absl::string_view associated_data) {
  return ForEachPiece(associated_data, [&](absl::string_view piece) {
    int done;
    return EVP_CipherUpdate(context_.get(), nullptr, &done, Bytes(piece),
                            static_cast<int>(piece.size())) == 1;
  });
}

absl::Status Run::Transform(absl::string_view in, std::string& out) {
  return ForEachPiece(in, [&](absl::string_view piece) {
    const size_t at = out.size();
    out.resize(at + piece.size());
    int done;
    return EVP_CipherUpdate(context_.get(), Bytes(&out[at]), &done, Bytes(piece),
                            static_cast<int>(piece.size())) == 1;
  });
}

bool Run::Finish() {
  unsigned char nothing[EVP_MAX_BLOCK_LENGTH];  // These ciphers hold nothing back.
  int done;
  return EVP_CipherFinal_ex(context_.get(), nothing, &done) == 1;
}

absl::Status Run::GetTag(std::string& out) {
  const size_t at = out.size();
  out.resize(at + kTagBytes);
  const bool ok =
      EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, &out[at]) == 1;
  return ok ? absl::OkStatus() : Error();
}

absl::Status Run::SetTag(absl::string_view tag) {
  const bool ok = EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                                      const_cast<char*>(tag.data())) == 1;
  return ok ? absl::OkStatus() : Error();
}

}  // namespace

absl::StatusOr<std::string> SealText(Algorithms& algorithms, const Seal& request,
                                     StopRequested stopped) {
  std::string sealed;
  sealed.reserve(kNonceBytes + request.plaintext.size() + kTagBytes);
  if (request.nonce.has_value()) {
    sealed = *request.nonce;
  } else {
    sealed.resize(kNonceBytes);
    if (RAND_bytes(Bytes(sealed.data()), kNonceBytes) != 1) return OpenSslError(Seal::kKind);
  }
  Run run(Seal::kKind, stopped);
  absl::Status status = run.Start(algorithms, request.algorithm, request.key, sealed, kSeal);
  if (status.ok()) status = run.Authenticate(request.associated_data);
  if (status.ok()) status = run.Transform(request.plaintext, sealed);
  if (status.ok() && !run.Finish()) status = OpenSslError(Seal::kKind);
  if (status.ok()) status = run.GetTag(sealed);
  if (!status.ok()) return status;
  return sealed;
}

absl::StatusOr<std::string> OpenSealed(Algorithms& algorithms, const Open& request,
                                       StopRequested stopped) {
  const absl::string_view sealed = request.sealed;
  if (sealed.size() < kNonceBytes + kTagBytes) {
    return absl::InvalidArgumentError(absl::StrCat("crypto.open: sealed: ", sealed.size(),
                                                   " bytes are less than nonce and tag (",
                                                   kNonceBytes + kTagBytes, ")"));
  }
  const absl::string_view nonce = sealed.substr(0, kNonceBytes);
  const absl::string_view tag = sealed.substr(sealed.size() - kTagBytes);
  const absl::string_view ciphertext =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);

  // What comes out before the tag was compared may be an attacker's choice, or part of a secret.
  std::string plaintext;
  plaintext.reserve(ciphertext.size());
  absl::Cleanup wipe = [&] { OPENSSL_cleanse(plaintext.data(), plaintext.size()); };

  Run run(Open::kKind, stopped);
  absl::Status status = run.Start(algorithms, request.algorithm, request.key, nonce, kOpen);
  if (status.ok()) status = run.SetTag(tag);
  if (status.ok()) status = run.Authenticate(request.associated_data);
  if (status.ok()) status = run.Transform(ciphertext, plaintext);
  if (!status.ok()) return status;
  if (!run.Finish()) {
    ERR_clear_error();
    return absl::UnauthenticatedError(
        "crypto.open: not authentic: another key, algorithm or associated data, or changed bytes");
  }
  std::move(wipe).Cancel();
  return plaintext;
}

}  // namespace rondo::crypto::internal
