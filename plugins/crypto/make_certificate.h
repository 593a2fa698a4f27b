// crypto.make_certificate, crypto.make_signing_request
#ifndef RONDO_PLUGINS_CRYPTO_MAKE_CERTIFICATE_H_
#define RONDO_PLUGINS_CRYPTO_MAKE_CERTIFICATE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "plugins/crypto/key.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// Makes an X.509 certificate for a key that the key has signed itself, in PEM: for tests, for
// services that know each other, or as the root of others.
//
// Errors: INVALID_ARGUMENT (no key; one that cannot sign; neither a common name nor names; a name
// that cannot be one; a time of no duration or beyond the year 9999).
//
//   absl::StatusOr<std::string> pem = co_await runtime.Submit(crypto::MakeCertificate{
//       .key = key, .common_name = "test", .names = {"localhost", "127.0.0.1"}});
struct MakeCertificate {
  static constexpr absl::string_view kKind = "crypto.make_certificate";
  using Result = std::string;

  PrivateKey key = {};
  // UTF-8, up to 64 characters.
  std::string common_name = {};
  // Host names, in ASCII, and IP addresses.
  std::vector<std::string> names = {};
  // Now, if not given.
  std::optional<absl::Time> not_before = {};
  absl::Duration valid_for = absl::Hours(24 * 90);
  // Whether it may sign others.
  bool is_ca = false;

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("common_name", common_name);
    visit("names", names);
    visit("not_before", not_before);
    visit("valid_for", valid_for);
    visit("is_ca", is_ca);
  }
};

// Makes the request by which somebody else is asked to sign a certificate for the key (PKCS #10,
// RFC 2986), in PEM. Errors: INVALID_ARGUMENT as above.
struct MakeSigningRequest {
  static constexpr absl::string_view kKind = "crypto.make_signing_request";
  using Result = std::string;

  PrivateKey key = {};
  std::string common_name = {};
  std::vector<std::string> names = {};

  void VisitFields(FieldVisitor& visit) {
    visit("key", key, {.required = true});
    visit("common_name", common_name);
    visit("names", names);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_MAKE_CERTIFICATE_H_
