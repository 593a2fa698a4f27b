// What hashes and message authentication codes come to.
#ifndef RONDO_PLUGINS_CRYPTO_DIGEST_H_
#define RONDO_PLUGINS_CRYPTO_DIGEST_H_

#include <string>

#include "absl/strings/escaping.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// The bytes of a hash or of a message authentication code. Where it is printed or goes by name it
// is its lower-case hexadecimal digits, as sha256sum prints them.
//
// To compare a code that came from elsewhere, use TimingSafeEqual (plugins/crypto/secret.h).
struct Digest {
  std::string bytes = {};

  std::string hex() const { return absl::BytesToHexString(bytes); }

  friend bool operator==(const Digest&, const Digest&) = default;

  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Digest& digest) {
    sink.Append(digest.hex());
  }
};

inline void VisitValue(FieldVisitor& visit, Digest& digest) {
  std::string digits = digest.hex();
  visit.Value(digits);
  if (!absl::HexStringToBytes(digits, &digest.bytes)) {
    visit.Reject("not hexadecimal digits, two for each byte");
  }
}

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_DIGEST_H_
