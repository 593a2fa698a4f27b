// crypto.parse_certificate, crypto.verify_certificate
#ifndef RONDO_PLUGINS_CRYPTO_CERTIFICATE_H_
#define RONDO_PLUGINS_CRYPTO_CERTIFICATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "plugins/crypto/digest.h"
#include "plugins/crypto/key.h"
#include "runtime/fields.h"

namespace rondo::crypto {

// What stands in a certificate. Nobody has vouched for any of it: see VerifyCertificate.
struct CertificateInfo {
  std::string subject = {};  // As RFC 4514 writes names: CN=example.org,O=Example
  std::string issuer = {};
  std::string serial = {};  // Hexadecimal.
  absl::Time not_before = absl::UnixEpoch();
  absl::Time not_after = absl::UnixEpoch();
  // The alternative names of the subject, as they are: a name may hold any bytes.
  std::vector<std::string> dns_names = {};
  std::vector<std::string> ip_addresses = {};
  bool is_ca = false;
  std::string signature_algorithm = {};
  // None for an algorithm that is none of KeyAlgorithm, or a key below today's least size.
  std::optional<PublicKey> public_key = {};
  Digest sha256 = {};  // Of the whole certificate: its fingerprint.

  void VisitFields(FieldVisitor& visit) {
    visit("subject", subject);
    visit("issuer", issuer);
    visit("serial", serial);
    visit("not_before", not_before);
    visit("not_after", not_after);
    visit("dns_names", dns_names);
    visit("ip_addresses", ip_addresses);
    visit("is_ca", is_ca);
    visit("signature_algorithm", signature_algorithm);
    visit("public_key", public_key);
    visit("sha256", sha256);
  }
};

// Reads an X.509 certificate (RFC 5280): the first one of PEM text, or DER.
//
// Errors: INVALID_ARGUMENT (no certificate; more behind it, in DER; above 1 MiB).
//
//   absl::StatusOr<crypto::CertificateInfo> info =
//       co_await runtime.Submit(crypto::ParseCertificate{.data = pem});
struct ParseCertificate {
  static constexpr absl::string_view kKind = "crypto.parse_certificate";
  using Result = CertificateInfo;

  std::string data = {};

  void VisitFields(FieldVisitor& visit) { visit("data", data, {.required = true}); }
};

enum class CertificatePurpose : uint8_t { kServer, kClient, kAny };
inline constexpr EnumName<CertificatePurpose> kCertificatePurposeNames[] = {
    {CertificatePurpose::kServer, "server"},
    {CertificatePurpose::kClient, "client"},
    {CertificatePurpose::kAny, "any"}};
constexpr absl::Span<const EnumName<CertificatePurpose>> EnumNames(CertificatePurpose) {
  return kCertificatePurposeNames;
}

// OK if a chain of certificates leads from the first of `chain` to one of `roots`, for this
// purpose and name at this time. Revocation is not looked at.
//
// Names are compared with the alternative names alone, as RFC 9525 has it, wildcards of a whole
// label included; a name that is an IP address with their addresses.
//
// Errors: UNAUTHENTICATED (it does not; the message says which certificate and why: expired, an
// unknown issuer, another name, RSA below 2048 bits or a hash that says legacy, unless
// allow_weak); INVALID_ARGUMENT (what is no certificate; no root; no name for a server; a name that
// cannot be one).
//
//   absl::Status status = co_await runtime.Submit(crypto::VerifyCertificate{
//       .chain = pem, .roots = roots, .name = "example.org"});
struct VerifyCertificate {
  static constexpr absl::string_view kKind = "crypto.verify_certificate";
  using Result = void;

  // PEM: the certificate itself, then those that may lead to a root, up to 1 MiB.
  std::string chain = {};
  // PEM: of those who are trusted, certificates that they have signed themselves, up to 16 MiB.
  std::string roots = {};
  // None only where the purpose is not kServer.
  std::string name = {};
  CertificatePurpose purpose = CertificatePurpose::kServer;
  // Now, if not given.
  std::optional<absl::Time> time = {};
  bool allow_weak = false;

  void VisitFields(FieldVisitor& visit) {
    visit("chain", chain, {.required = true});
    visit("roots", roots, {.required = true});
    visit("name", name);
    visit("purpose", purpose);
    visit("time", time);
    visit("allow_weak", allow_weak);
  }
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_CERTIFICATE_H_
