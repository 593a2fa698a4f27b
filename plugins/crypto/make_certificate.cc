#include "plugins/crypto/make_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/key_data.h"
#include "plugins/crypto/openssl.h"
#include "plugins/crypto/x509.h"

namespace rondo::crypto::internal {
namespace {

using Request = std::unique_ptr<X509_REQ, FreedBy<X509_REQ_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreedBy<X509_EXTENSION_free>>;
using Name = std::unique_ptr<X509_NAME, FreedBy<X509_NAME_free>>;
using OneName = std::unique_ptr<GENERAL_NAME, FreedBy<GENERAL_NAME_free>>;
using Octets1 = std::unique_ptr<ASN1_STRING, FreedBy<ASN1_STRING_free>>;

void FreeExtensions(STACK_OF(X509_EXTENSION) * stack) {
  sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), FreedBy<FreeExtensions>>;

absl::Status CheckKey(absl::string_view operation, const PrivateKey& key) {
  if (absl::Status status = CheckGiven(operation, "key", key); !status.ok()) return status;
  if (key.algorithm() != KeyAlgorithm::kX25519) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(operation, ": key: one of x25519 makes no signatures"));
}

absl::StatusOr<Name> MakeSubject(absl::string_view operation, const std::string& common_name) {
  Name name(X509_NAME_new());
  if (name == nullptr) return OpenSslError(operation);
  if (common_name.empty()) return name;
  constexpr size_t kMostBytes = 4 * 64;
  if (common_name.size() > kMostBytes ||
      X509_NAME_add_entry_by_NID(name.get(), NID_commonName, MBSTRING_UTF8, Bytes(common_name),
                                 static_cast<int>(common_name.size()), -1, 0) != 1) {
    return InputError(operation, "common_name: it is not UTF-8 of 64 characters at most");
  }
  return name;
}

// Letters, digits, hyphens, underscores and dots, and perhaps a wildcard in front.
bool IsHostName(absl::string_view name) {
  if (name.substr(0, 2) == "*.") name.remove_prefix(2);
  if (name.empty() || name.size() > 253 || name.front() == '.') return false;
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.' && c != '_') {
      return false;
    }
  }
  return name.find("..") == name.npos;
}

absl::StatusOr<OneName> MakeName(absl::string_view operation, const std::string& name) {
  const std::string address = IpBytes(name);
  if (address.empty() && !IsHostName(name)) {
    return absl::InvalidArgumentError(absl::StrCat(operation, ": names: \"",
                                                   absl::Utf8SafeCEscape(name),
                                                   "\" is neither a host name nor an IP address"));
  }
  const absl::string_view bytes = address.empty() ? name : address;
  OneName made(GENERAL_NAME_new());
  Octets1 value(ASN1_STRING_type_new(address.empty() ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING));
  if (made == nullptr || value == nullptr ||
      ASN1_STRING_set(value.get(), bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return OpenSslError(operation);
  }
  GENERAL_NAME_set0_value(made.get(), address.empty() ? GEN_DNS : GEN_IPADD, value.release());
  return made;
}

absl::StatusOr<GeneralNames> MakeNames(absl::string_view operation,
                                       const std::vector<std::string>& names) {
  GeneralNames made(GENERAL_NAMES_new());
  if (made == nullptr) return OpenSslError(operation);
  for (const std::string& name : names) {
    absl::StatusOr<OneName> one = MakeName(operation, name);
    if (!one.ok()) return one.status();
    if (sk_GENERAL_NAME_push(made.get(), one->get()) == 0) return OpenSslError(operation);
    one->release();
  }
  return made;
}

// Adds what a request and a certificate have alike. The alternative names are critical when there
// is no other name (RFC 5280, 4.2.1.6).
absl::Status AddNames(absl::string_view operation, Extensions& extensions,
                      const std::string& common_name, const std::vector<std::string>& names) {
  if (names.empty()) {
    if (!common_name.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(operation, ": neither common_name nor names were given"));
  }
  absl::StatusOr<GeneralNames> made = MakeNames(operation, names);
  if (!made.ok()) return made.status();
  Extension extension(
      X509V3_EXT_i2d(NID_subject_alt_name, common_name.empty() ? 1 : 0, made->get()));
  if (extension == nullptr || sk_X509_EXTENSION_push(extensions.get(), extension.get()) == 0) {
    return OpenSslError(operation);
  }
  extension.release();
  return absl::OkStatus();
}

absl::Status SetTimes(X509* certificate, absl::Time not_before, absl::Duration valid_for) {
  constexpr absl::string_view kOperation = MakeCertificate::kKind;
  const absl::Time not_after = not_before + valid_for;
  if (valid_for < absl::Seconds(1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        kOperation, ": valid_for is ", absl::FormatDuration(valid_for), ", less than a second"));
  }
  const absl::Time end = absl::FromCivil(absl::CivilYear(10000), absl::UTCTimeZone());
  const absl::Time begin = absl::FromCivil(absl::CivilYear(1), absl::UTCTimeZone());
  if (not_before < begin || not_after >= end ||
      ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(not_before)) == nullptr ||
      ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(not_after)) == nullptr) {
    return InputError(kOperation, "not_before, valid_for: not within the years 1 to 9999");
  }
  return absl::OkStatus();
}

// Positive, and not to be foreseen (RFC 5280, 4.1.2.2).
bool SetSerial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof(bytes)) != 1) return false;
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);
  const BigNumber number(BN_bin2bn(bytes, sizeof(bytes), nullptr));
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool AddText(X509* certificate, int extension, const char* text) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension made(X509V3_EXT_conf_nid(nullptr, &context, extension, text));
  return made != nullptr && X509_add_ext(certificate, made.get(), -1) == 1;
}

bool AddExtensions(X509* certificate, const Extensions& extensions, bool is_ca) {
  for (int i = 0; i < sk_X509_EXTENSION_num(extensions.get()); ++i) {
    if (X509_add_ext(certificate, sk_X509_EXTENSION_value(extensions.get(), i), -1) != 1) {
      return false;
    }
  }
  return AddText(certificate, NID_basic_constraints,
                 is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
         AddText(certificate, NID_key_usage,
                 is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") &&
         AddText(certificate, NID_subject_key_identifier, "hash");
}

// None for the algorithm that brings its own.
absl::StatusOr<const EVP_MD*> HashFor(Algorithms& algorithms, absl::string_view operation,
                                      KeyAlgorithm key) {
  if (key == KeyAlgorithm::kEd25519) return nullptr;
  return algorithms.Hash(operation, key == KeyAlgorithm::kP384 ? "sha384" : "sha256");
}

}  // namespace

absl::StatusOr<std::string> MakeSelfSigned(Algorithms& algorithms, const MakeCertificate& request,
                                           absl::Time now) {
  constexpr absl::string_view kOperation = MakeCertificate::kKind;
  const EmptyQueueAtEnd empty_queue;
  if (absl::Status status = CheckKey(kOperation, request.key); !status.ok()) return status;
  absl::StatusOr<Name> subject = MakeSubject(kOperation, request.common_name);
  if (!subject.ok()) return subject.status();
  const Certificate certificate(X509_new());
  Extensions extensions(sk_X509_EXTENSION_new_null());
  const Bio out = WriteToMemory();
  if (certificate == nullptr || extensions == nullptr || out == nullptr) {
    return OpenSslError(kOperation);
  }
  absl::Status status = AddNames(kOperation, extensions, request.common_name, request.names);
  if (status.ok()) {
    status = SetTimes(certificate.get(), request.not_before.value_or(now), request.valid_for);
  }
  if (!status.ok()) return status;
  absl::StatusOr<const EVP_MD*> hash = HashFor(algorithms, kOperation, request.key.algorithm());
  if (!hash.ok()) return hash.status();
  X509* const made = certificate.get();
  EVP_PKEY* const key = Mutable(request.key.data());
  const bool ok = X509_set_version(made, X509_VERSION_3) == 1 && SetSerial(made) &&
                  X509_set_subject_name(made, subject->get()) == 1 &&
                  X509_set_issuer_name(made, subject->get()) == 1 &&
                  X509_set_pubkey(made, key) == 1 &&
                  AddExtensions(made, extensions, request.is_ca) &&
                  X509_sign(made, key, *hash) != 0 && PEM_write_bio_X509(out.get(), made) == 1;
  if (!ok) return OpenSslError(kOperation);
  return std::string(WrittenTo(out.get()));
}

absl::StatusOr<std::string> MakeRequest(Algorithms& algorithms, const MakeSigningRequest& request) {
  constexpr absl::string_view kOperation = MakeSigningRequest::kKind;
  const EmptyQueueAtEnd empty_queue;
  if (absl::Status status = CheckKey(kOperation, request.key); !status.ok()) return status;
  absl::StatusOr<Name> subject = MakeSubject(kOperation, request.common_name);
  if (!subject.ok()) return subject.status();
  const Request made(X509_REQ_new());
  Extensions extensions(sk_X509_EXTENSION_new_null());
  const Bio out = WriteToMemory();
  if (made == nullptr || extensions == nullptr || out == nullptr) return OpenSslError(kOperation);
  absl::Status status = AddNames(kOperation, extensions, request.common_name, request.names);
  if (!status.ok()) return status;
  absl::StatusOr<const EVP_MD*> hash = HashFor(algorithms, kOperation, request.key.algorithm());
  if (!hash.ok()) return hash.status();
  EVP_PKEY* const key = Mutable(request.key.data());
  const bool extended = sk_X509_EXTENSION_num(extensions.get()) == 0 ||
                        X509_REQ_add_extensions(made.get(), extensions.get()) == 1;
  const bool ok = extended && X509_REQ_set_version(made.get(), X509_REQ_VERSION_1) == 1 &&
                  X509_REQ_set_subject_name(made.get(), subject->get()) == 1 &&
                  X509_REQ_set_pubkey(made.get(), key) == 1 &&
                  X509_REQ_sign(made.get(), key, *hash) != 0 &&
                  PEM_write_bio_X509_REQ(out.get(), made.get()) == 1;
  if (!ok) return OpenSslError(kOperation);
  return std::string(WrittenTo(out.get()));
}

}  // namespace rondo::crypto::internal
