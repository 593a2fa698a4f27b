// Certificates as OpenSSL has them.
#ifndef RONDO_PLUGINS_CRYPTO_X509_H_
#define RONDO_PLUGINS_CRYPTO_X509_H_

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/crypto/openssl.h"

namespace rondo::crypto::internal {

using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, FreedBy<GENERAL_NAMES_free>>;

// "OPERATION: PARAMETER: ...", unless it is of this size at most.
absl::Status CheckMostBytes(absl::string_view operation, absl::string_view parameter,
                            absl::string_view data, size_t most);

// The certificates of PEM text, at least one.
absl::StatusOr<std::vector<Certificate>> ReadCertificates(absl::string_view operation,
                                                          absl::string_view parameter,
                                                          absl::string_view pem);

// As RFC 4514 writes it.
std::string NameText(const X509_NAME* name);

// Bytes of an IP address in network order from its text: 4, 16, or none if it is not one.
std::string IpBytes(absl::string_view text);
// And back; empty for another number of bytes.
std::string IpText(absl::string_view bytes);

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_X509_H_
