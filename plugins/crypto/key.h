// Keys of public-key algorithms.
#ifndef RONDO_PLUGINS_CRYPTO_KEY_H_
#define RONDO_PLUGINS_CRYPTO_KEY_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/fields.h"

namespace rondo::crypto {

enum class KeyAlgorithm : uint8_t {
  kEd25519,  // Signs.
  kX25519,   // Agrees.
  kP256,     // Signs (ECDSA) and agrees (ECDH).
  kP384,     // The same.
  kRsa,      // Signs.
};
inline constexpr EnumName<KeyAlgorithm> kKeyAlgorithmNames[] = {{KeyAlgorithm::kEd25519, "ed25519"},
                                                                {KeyAlgorithm::kX25519, "x25519"},
                                                                {KeyAlgorithm::kP256, "p256"},
                                                                {KeyAlgorithm::kP384, "p384"},
                                                                {KeyAlgorithm::kRsa, "rsa"}};
constexpr absl::Span<const EnumName<KeyAlgorithm>> EnumNames(KeyAlgorithm) {
  return kKeyAlgorithmNames;
}
absl::string_view NameOf(KeyAlgorithm algorithm);

// How keys are written down.
enum class KeyFormat : uint8_t {
  kPem,  // The text form of the next.
  kDer,  // A private key as PKCS #8 (RFC 5958), a public one as SubjectPublicKeyInfo (RFC 5280).
  // The bytes of Ed25519 and X25519 (RFC 8032, 7748); of P-256 and P-384 the number of a private
  // key and the uncompressed point of a public one (SEC 1).
  kRaw,
};
inline constexpr EnumName<KeyFormat> kKeyFormatNames[] = {
    {KeyFormat::kPem, "pem"}, {KeyFormat::kDer, "der"}, {KeyFormat::kRaw, "raw"}};
constexpr absl::Span<const EnumName<KeyFormat>> EnumNames(KeyFormat) { return kKeyFormatNames; }

namespace internal {
struct KeyData;
}  // namespace internal

// A key that anybody may know. Immutable, so it can be used from several threads; copies share it.
// One that was default-constructed is none, and every kind refuses it.
class PublicKey {
 public:
  PublicKey() = default;
  explicit PublicKey(std::shared_ptr<const internal::KeyData> data) : data_(std::move(data)) {}

  explicit operator bool() const { return data_ != nullptr; }
  // REQUIRES: *this is true; of bits, too.
  KeyAlgorithm algorithm() const;
  int bits() const;

  // For the plugin.
  const internal::KeyData* data() const { return data_.get(); }

  friend bool operator==(const PublicKey& a, const PublicKey& b);

 private:
  std::shared_ptr<const internal::KeyData> data_;
};

// A key to keep. As PublicKey; it is wiped with its last copy, and prints as <private key>.
class PrivateKey {
 public:
  PrivateKey() = default;
  explicit PrivateKey(std::shared_ptr<const internal::KeyData> data) : data_(std::move(data)) {}

  explicit operator bool() const { return data_ != nullptr; }
  // REQUIRES: *this is true; of the others, too.
  KeyAlgorithm algorithm() const;
  int bits() const;
  // Holds nothing of the private key.
  PublicKey public_key() const;

  // For the plugin.
  const internal::KeyData* data() const { return data_.get(); }

  template <typename Sink>
  friend void AbslStringify(Sink& sink, const PrivateKey&) {
    sink.Append("<private key>");
  }

 private:
  std::shared_ptr<const internal::KeyData> data_;
};

// By name a key is its PEM, without a passphrase; below today's least sizes it is refused. Whoever
// calls a kind by name whose result is a private key asks for it to come out.
void VisitValue(FieldVisitor& visit, PublicKey& key);
void VisitValue(FieldVisitor& visit, PrivateKey& key);

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_KEY_H_
