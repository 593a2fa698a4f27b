#include "plugins/net/tls_error.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace rondo::net::internal {
namespace {

// The words of OpenSSL, without the numbers.
std::string Reason(unsigned long error) {
  const char* reason = ERR_reason_error_string(error);
  return reason != nullptr ? reason : absl::StrCat("error ", ERR_GET_REASON(error));
}

struct Why {
  absl::StatusCode code;
  std::string text;
};

Why Explain(const SSL* ssl, bool connected, unsigned long error) {
  const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
  // An alert that the peer has sent.
  if (reason > SSL_AD_REASON_OFFSET) {
    return {absl::StatusCode::kPermissionDenied, absl::StrCat("the peer refuses: ", Reason(error))};
  }
  switch (reason) {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return {absl::StatusCode::kUnauthenticated,
              absl::StrCat("the peer's certificate is refused: ",
                           X509_verify_cert_error_string(SSL_get_verify_result(ssl)))};
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return {absl::StatusCode::kUnauthenticated, "the peer shows no certificate"};
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return connected
                 ? Why{absl::StatusCode::kDataLoss,
                       "the connection ended without a word: something may be missing"}
                 : Why{absl::StatusCode::kUnavailable, "the connection ended in the handshake"};
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_APPLICATION_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
      return {absl::StatusCode::kFailedPrecondition, Reason(error)};
    default:
      return {absl::StatusCode::kDataLoss, Reason(error)};
  }
}

}  // namespace

absl::Status TlsConfigError(absl::string_view what) {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  return absl::InvalidArgumentError(
      absl::StrCat("tls: ", what, error == 0 ? "" : absl::StrCat(": ", Reason(error))));
}

absl::Status TlsError(const ssl_st* ssl, bool connected, absl::string_view operation,
                      absl::string_view subject) {
  const Why why = Explain(ssl, connected, ERR_peek_error());
  ERR_clear_error();
  return absl::Status(why.code, absl::StrCat(operation, " ", subject, ": ", why.text));
}

}  // namespace rondo::net::internal
