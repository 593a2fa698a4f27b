#include "tests/plugins/net/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "absl/log/check.h"

namespace rondo::net {
namespace {

constexpr long kDay = 24L * 60 * 60;

template <typename Write>
std::string ToPem(Write write) {
  BIO* const out = BIO_new(BIO_s_mem());
  CHECK_EQ(write(out), 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string pem(data, static_cast<size_t>(size));
  BIO_free(out);
  return pem;
}

std::string ToPem(X509* certificate) {
  return ToPem([=](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string ToPem(EVP_PKEY* key) {
  return ToPem([=](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  CHECK(extension != nullptr) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Without an issuer it is its own.
X509* Make(const Authority::Request& request, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
           bool authority) {
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), request.serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -2 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), request.expired ? -kDay : kDay);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(request.common_name.c_str()),
                             -1, -1, 0);
  X509_set_issuer_name(certificate,
                       X509_get_subject_name(issuer != nullptr ? issuer : certificate));
  X509_set_pubkey(certificate, key);
  AddExtension(certificate, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!request.alternative_names.empty()) {
    AddExtension(certificate, NID_subject_alt_name, request.alternative_names);
  }
  CHECK_GT(X509_sign(certificate, issuer_key, EVP_sha256()), 0);
  return certificate;
}

TlsCertificate Take(X509* certificate, EVP_PKEY* key) {
  TlsCertificate result = {.chain_pem = ToPem(certificate), .key_pem = ToPem(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return result;
}

}  // namespace

Authority::Authority(const std::string& name)
    : key_(EVP_EC_gen("P-256")),
      certificate_(Make({.common_name = name}, key_, nullptr, key_, true)),
      pem_(ToPem(certificate_)) {}

Authority::~Authority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

TlsCertificate Authority::Issue(const Request& request) const {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  return Take(Make(request, key, certificate_, key_, false), key);
}

TlsCertificate SelfSigned(const std::string& alternative_names) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  return Take(Make({.alternative_names = alternative_names}, key, nullptr, key, false), key);
}

std::string Authority::RevocationList(const std::vector<long>& serials) const {
  X509_CRL* const list = X509_CRL_new();
  X509_CRL_set_version(list, 1);
  X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate_));
  ASN1_TIME* const time = ASN1_TIME_new();
  X509_gmtime_adj(time, -kDay);
  X509_CRL_set1_lastUpdate(list, time);
  for (const long serial : serials) {
    X509_REVOKED* const revoked = X509_REVOKED_new();
    ASN1_INTEGER* const number = ASN1_INTEGER_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(revoked, number);
    X509_REVOKED_set_revocationDate(revoked, time);
    X509_CRL_add0_revoked(list, revoked);
    ASN1_INTEGER_free(number);
  }
  X509_gmtime_adj(time, kDay);
  X509_CRL_set1_nextUpdate(list, time);
  ASN1_TIME_free(time);
  CHECK_GT(X509_CRL_sign(list, key_, EVP_sha256()), 0);
  std::string pem = ToPem([=](BIO* out) { return PEM_write_bio_X509_CRL(out, list); });
  X509_CRL_free(list);
  return pem;
}

}  // namespace rondo::net
