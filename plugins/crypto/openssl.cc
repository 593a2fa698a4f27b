#include "plugins/crypto/openssl.h"

#include <openssl/err.h>

#include "absl/strings/str_cat.h"

namespace rondo::crypto::internal {

absl::Status OpenSslError(absl::string_view operation) {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(error);
  const std::string message =
      absl::StrCat(operation, ": ", reason != nullptr ? reason : "OpenSSL gives no reason");
  switch (ERR_GET_REASON(error)) {
    case ERR_R_MALLOC_FAILURE:
      return absl::ResourceExhaustedError(message);
    case ERR_R_UNSUPPORTED:
    case ERR_R_DISABLED:
      return absl::UnimplementedError(message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace rondo::crypto::internal
