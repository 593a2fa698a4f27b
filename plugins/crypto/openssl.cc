#include "plugins/crypto/openssl.h"

#include <openssl/err.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace rondo::crypto::internal {

absl::Status InputError(absl::string_view operation, absl::string_view what) {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(error);
  // That no decoder can read it is no reason for a reader.
  const bool says_nothing = reason == nullptr || ERR_GET_REASON(error) == ERR_R_UNSUPPORTED;
  const std::string message =
      absl::StrCat(operation, ": ", what, says_nothing ? "" : ": ", says_nothing ? "" : reason);
  return ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE ? absl::ResourceExhaustedError(message)
                                                       : absl::InvalidArgumentError(message);
}

Bio ReadFrom(absl::string_view text) {
  // Null would be refused.
  return Bio(BIO_new_mem_buf(text.empty() ? "" : text.data(), static_cast<int>(text.size())));
}

Bio WriteToMemory() { return Bio(BIO_new(BIO_s_mem())); }

absl::string_view WrittenTo(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? absl::string_view(data, static_cast<size_t>(size)) : absl::string_view();
}

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
