#include "plugins/crypto/openssl.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace rondo::crypto::internal {
namespace {

absl::Status StatusOf(int reason) {
  ERR_raise(ERR_LIB_EVP, reason);
  ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);  // What callers of the failed one add.
  const absl::Status status = OpenSslError("crypto.test");
  EXPECT_EQ(ERR_peek_error(), 0u);
  return status;
}

TEST(OpenSslError, TellsTheFirstReason) {
  EXPECT_EQ(StatusOf(EVP_R_DECODE_ERROR), absl::InternalError("crypto.test: decode error"));
  EXPECT_EQ(StatusOf(ERR_R_MALLOC_FAILURE).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(StatusOf(ERR_R_UNSUPPORTED).code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(StatusOf(ERR_R_DISABLED).code(), absl::StatusCode::kUnimplemented);
}

TEST(OpenSslError, SaysSoWhenThereIsNone) {
  EXPECT_EQ(OpenSslError("crypto.test"),
            absl::InternalError("crypto.test: OpenSSL gives no reason"));
}

TEST(InputError, TellsTheLastReasonAndWhatItIsAbout) {
  ERR_raise(ERR_LIB_EVP, ERR_R_INTERNAL_ERROR);
  ERR_raise(ERR_LIB_EVP, EVP_R_DECODE_ERROR);
  EXPECT_EQ(InputError("crypto.test", "data: no key"),
            absl::InvalidArgumentError("crypto.test: data: no key: decode error"));
  EXPECT_EQ(ERR_peek_error(), 0u);
  // That no decoder could read it says nothing.
  ERR_raise(ERR_LIB_EVP, ERR_R_UNSUPPORTED);
  EXPECT_EQ(InputError("crypto.test", "data: no key"),
            absl::InvalidArgumentError("crypto.test: data: no key"));
  ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
  EXPECT_EQ(InputError("crypto.test", "data: no key").code(), absl::StatusCode::kResourceExhausted);
}

TEST(EmptyQueueAtEnd, EmptiesIt) {
  {
    const EmptyQueueAtEnd empty_queue;
    ERR_raise(ERR_LIB_EVP, EVP_R_DECODE_ERROR);
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

}  // namespace
}  // namespace rondo::crypto::internal
