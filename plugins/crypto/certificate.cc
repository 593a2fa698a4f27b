#include "plugins/crypto/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <ctime>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/key_data.h"
#include "plugins/crypto/openssl.h"
#include "plugins/crypto/x509.h"

namespace rondo::crypto::internal {
namespace {

constexpr size_t kMostChainBytes = size_t{1} << 20;
constexpr size_t kMostRootBytes = size_t{16} << 20;

using Store = std::unique_ptr<X509_STORE, FreedBy<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, FreedBy<X509_STORE_CTX_free>>;

void FreeStack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
using Stack = std::unique_ptr<STACK_OF(X509), FreedBy<FreeStack>>;

absl::StatusOr<Certificate> ReadOne(absl::string_view data) {
  constexpr absl::string_view kOperation = ParseCertificate::kKind;
  if (absl::StrContains(data, "-----BEGIN")) {
    Certificate certificate(PEM_read_bio_X509(ReadFrom(data).get(), nullptr, nullptr, nullptr));
    if (certificate == nullptr) return InputError(kOperation, "data: no certificate in PEM");
    return certificate;
  }
  const unsigned char* next = Bytes(data);
  Certificate certificate(d2i_X509(nullptr, &next, static_cast<long>(data.size())));
  if (certificate == nullptr) return InputError(kOperation, "data: no certificate in PEM or DER");
  if (next != Bytes(data) + data.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kOperation, ": data: there are bytes behind the certificate"));
  }
  return certificate;
}

absl::StatusOr<absl::Time> TimeOf(const ASN1_TIME* time) {
  std::tm parts;
  if (ASN1_TIME_to_tm(time, &parts) != 1) {
    return InputError(ParseCertificate::kKind, "data: a time of validity that is none");
  }
  return absl::FromTM(parts, absl::UTCTimeZone());
}

std::string SerialOf(const X509* certificate) {
  const BigNumber number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* const digits = number == nullptr ? nullptr : BN_bn2hex(number.get());
  if (digits == nullptr) return "";
  std::string text = absl::AsciiStrToLower(digits);
  OPENSSL_free(digits);
  return text;
}

absl::string_view TextOf(const ASN1_STRING* string) {
  return Text(ASN1_STRING_get0_data(string), static_cast<size_t>(ASN1_STRING_length(string)));
}

void AddNames(const X509* certificate, CertificateInfo& info) {
  const GeneralNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) info.dns_names.emplace_back(TextOf(name->d.dNSName));
    if (name->type == GEN_IPADD) {
      std::string address = IpText(TextOf(name->d.iPAddress));
      if (!address.empty()) info.ip_addresses.push_back(std::move(address));
    }
  }
}

std::optional<PublicKey> PublicKeyIn(X509* certificate) {
  Key key(X509_get_pubkey(certificate));
  if (key == nullptr) return std::nullopt;
  auto data = Adopt(ParseCertificate::kKind, std::move(key), KeyPart::kPublic,
                    /*allow_weak=*/false);
  if (!data.ok()) return std::nullopt;
  return PublicKey(*std::move(data));
}

absl::Status SetName(X509_VERIFY_PARAM* parameters, const VerifyCertificate& request) {
  if (request.name.empty()) {
    if (request.purpose != CertificatePurpose::kServer) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(VerifyCertificate::kKind, ": name: a server is verified by its name"));
  }
  const std::string address = IpBytes(request.name);
  X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const int ok =
      address.empty()
          ? X509_VERIFY_PARAM_set1_host(parameters, request.name.data(), request.name.size())
          : X509_VERIFY_PARAM_set1_ip(parameters, Bytes(address), address.size());
  // A dot in front would match every host below, and OpenSSL overlooks a NUL at the end.
  if (ok == 1 && request.name.front() != '.' && request.name.find('\0') == std::string::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(VerifyCertificate::kKind, ": name: \"",
                                                 absl::Utf8SafeCEscape(request.name),
                                                 "\" cannot be one"));
}

absl::Status SetParameters(X509_STORE_CTX* context, const VerifyCertificate& request,
                           absl::Time time) {
  constexpr int kLevelOf112Bits = 2;
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context);
  if (absl::Status status = SetName(parameters, request); !status.ok()) return status;
  X509_VERIFY_PARAM_set_time(parameters, absl::ToTimeT(time));
  X509_VERIFY_PARAM_set_auth_level(parameters, request.allow_weak ? 0 : kLevelOf112Bits);
  int purpose = X509_PURPOSE_ANY;
  if (request.purpose == CertificatePurpose::kServer) purpose = X509_PURPOSE_SSL_SERVER;
  if (request.purpose == CertificatePurpose::kClient) purpose = X509_PURPOSE_SSL_CLIENT;
  if (X509_VERIFY_PARAM_set_purpose(parameters, purpose) != 1) {
    return OpenSslError(VerifyCertificate::kKind);
  }
  return absl::OkStatus();
}

absl::Status Failure(X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  const std::string reason = X509_verify_cert_error_string(error);
  if (error == X509_V_ERR_OUT_OF_MEM) {
    return absl::ResourceExhaustedError(absl::StrCat(VerifyCertificate::kKind, ": ", reason));
  }
  const X509* const current = X509_STORE_CTX_get_current_cert(context);
  return absl::UnauthenticatedError(absl::StrCat(
      VerifyCertificate::kKind, ": certificate ", X509_STORE_CTX_get_error_depth(context), " (",
      current == nullptr ? "" : NameText(X509_get_subject_name(current)), "): ", reason));
}

}  // namespace

absl::StatusOr<CertificateInfo> ReadCertificate(Algorithms& algorithms,
                                                const ParseCertificate& request) {
  constexpr absl::string_view kOperation = ParseCertificate::kKind;
  const EmptyQueueAtEnd empty_queue;
  absl::Status status = CheckMostBytes(kOperation, "data", request.data, kMostChainBytes);
  if (!status.ok()) return status;
  absl::StatusOr<Certificate> read = ReadOne(request.data);
  if (!read.ok()) return read.status();
  X509* const certificate = read->get();
  absl::StatusOr<absl::Time> not_before = TimeOf(X509_get0_notBefore(certificate));
  if (!not_before.ok()) return not_before.status();
  absl::StatusOr<absl::Time> not_after = TimeOf(X509_get0_notAfter(certificate));
  if (!not_after.ok()) return not_after.status();
  absl::StatusOr<const EVP_MD*> sha256 = algorithms.Hash(kOperation, "sha256");
  if (!sha256.ok()) return sha256.status();

  CertificateInfo info{.subject = NameText(X509_get_subject_name(certificate)),
                       .issuer = NameText(X509_get_issuer_name(certificate)),
                       .serial = SerialOf(certificate),
                       .not_before = *not_before,
                       .not_after = *not_after,
                       .is_ca = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0,
                       .public_key = PublicKeyIn(certificate)};
  AddNames(certificate, info);
  char name[100] = "";
  OBJ_obj2txt(name, sizeof(name), OBJ_nid2obj(X509_get_signature_nid(certificate)), 0);
  info.signature_algorithm = name;
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate, *sha256, hash, &size) != 1) return OpenSslError(kOperation);
  info.sha256.bytes = std::string(Text(hash, size));
  return info;
}

absl::Status VerifyChain(const VerifyCertificate& request, absl::Time now) {
  constexpr absl::string_view kOperation = VerifyCertificate::kKind;
  const EmptyQueueAtEnd empty_queue;
  absl::Status status = CheckMostBytes(kOperation, "chain", request.chain, kMostChainBytes);
  if (status.ok()) status = CheckMostBytes(kOperation, "roots", request.roots, kMostRootBytes);
  if (!status.ok()) return status;
  const auto chain = ReadCertificates(kOperation, "chain", request.chain);
  if (!chain.ok()) return chain.status();
  const auto roots = ReadCertificates(kOperation, "roots", request.roots);
  if (!roots.ok()) return roots.status();

  const Store store(X509_STORE_new());
  const Stack between(sk_X509_new_null());
  const StoreContext context(X509_STORE_CTX_new());
  if (store == nullptr || between == nullptr || context == nullptr) {
    return OpenSslError(kOperation);
  }
  for (const Certificate& root : *roots) {
    if (X509_STORE_add_cert(store.get(), root.get()) != 1) return OpenSslError(kOperation);
  }
  for (size_t i = 1; i < chain->size(); ++i) {
    if (sk_X509_push(between.get(), (*chain)[i].get()) == 0) return OpenSslError(kOperation);
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), chain->front().get(), between.get()) != 1) {
    return OpenSslError(kOperation);
  }
  status = SetParameters(context.get(), request, request.time.value_or(now));
  if (!status.ok()) return status;
  return X509_verify_cert(context.get()) == 1 ? absl::OkStatus() : Failure(context.get());
}

}  // namespace rondo::crypto::internal
