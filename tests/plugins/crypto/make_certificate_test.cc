#include "plugins/crypto/make_certificate.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"
#include "tests/plugins/crypto/command.h"
#include "tests/plugins/crypto/key_fixture.h"

namespace rondo::crypto {
namespace {

using testing::HasSubstr;

class MakeCertificateTest : public CryptoTest {
 protected:
  const absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  const PrivateKey key_ = NewKey(KeyAlgorithm::kEd25519);

  absl::StatusOr<std::string> Made(const MakeCertificate& request) {
    return internal::MakeSelfSigned(algorithms, request, now_);
  }
  void ExpectRefused(const MakeCertificate& request, absl::string_view why) {
    const absl::Status status = Made(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), HasSubstr(why));
  }
};

TEST_F(MakeCertificateTest, OpensslReadsIt) {
  for (const KeyAlgorithm algorithm : kAllKeyAlgorithms) {
    if (algorithm == KeyAlgorithm::kX25519) continue;
    const std::string pem =
        Made({.key = NewKey(algorithm), .common_name = "test", .names = {"example.org", "::1"}})
            .value();
    const std::string path = WriteScratch("certificate.pem", pem);
    const std::string text = OutputOf("openssl x509 -noout -text -in " + path);
    EXPECT_THAT(text, HasSubstr("Subject: CN = test"));
    EXPECT_THAT(text, HasSubstr("DNS:example.org, IP Address:0:0:0:0:0:0:0:1"));
    EXPECT_THAT(text, HasSubstr("CA:FALSE"));
    EXPECT_THAT(
        OutputOf("openssl verify -check_ss_sig -attime 1800000001 -CAfile " + path + " " + path),
        HasSubstr(": OK"));
  }
}

TEST_F(MakeCertificateTest, OpensslReadsRequests) {
  for (const KeyAlgorithm algorithm : kAllKeyAlgorithms) {
    if (algorithm == KeyAlgorithm::kX25519) continue;
    const std::string pem =
        internal::MakeRequest(
            algorithms, {.key = NewKey(algorithm), .common_name = "test", .names = {"example.org"}})
            .value();
    const std::string text =
        OutputOf("openssl req -verify -noout -text 2>&1 -in " + WriteScratch("request.pem", pem));
    EXPECT_THAT(text, HasSubstr("verify OK"));
    EXPECT_THAT(text, HasSubstr("Subject: CN = test"));
    EXPECT_THAT(text, HasSubstr("DNS:example.org"));
  }
}

TEST_F(MakeCertificateTest, NamesThatCannotBe) {
  ExpectRefused({.key = key_}, "neither common_name nor names were given");
  // Nothing of a name is taken for another one.
  for (const absl::string_view name :
       {"", ".", ".org", "a..b", "example.org,DNS:example.com", "example.org\n", "ex ample",
        "é.org", "*", "*.", "a.*.org"}) {
    ExpectRefused({.key = key_, .names = {std::string(name)}},
                  "is neither a host name nor an IP address");
  }
  ExpectRefused({.key = key_, .names = {std::string("a\0b", 3)}}, "names: \"a\\000b\"");
  ExpectRefused({.key = key_, .names = {std::string(254, 'a')}}, "is neither a host name");
  ExpectRefused({.key = key_, .common_name = std::string(65, 'c')}, "common_name: ");
  ExpectRefused({.key = key_, .common_name = "\xff"}, "common_name: ");
}

TEST_F(MakeCertificateTest, KeysThatCannotSign) {
  ExpectRefused({.common_name = "test"}, "key: no key was given");
  ExpectRefused({.key = NewKey(KeyAlgorithm::kX25519), .common_name = "test"},
                "key: one of x25519 makes no signatures");
  EXPECT_EQ(internal::MakeRequest(algorithms, {.common_name = "test"}).status(),
            absl::InvalidArgumentError("crypto.make_signing_request: key: no key was given"));
}

TEST_F(MakeCertificateTest, Times) {
  MakeCertificate request{.key = key_, .common_name = "test", .valid_for = absl::ZeroDuration()};
  ExpectRefused(request, "valid_for is 0, less than a second");
  request.valid_for = -absl::Hours(1);
  ExpectRefused(request, "valid_for is -1h, less than a second");
  request.valid_for = absl::InfiniteDuration();
  ExpectRefused(request, "not within the years 1 to 9999");
  request.valid_for = absl::Hours(1);
  request.not_before = absl::InfinitePast();
  ExpectRefused(request, "not within the years 1 to 9999");
  // Beyond where times are written with two digits for the year.
  request.not_before = absl::FromCivil(absl::CivilDay(2060, 1, 1), absl::UTCTimeZone());
  EXPECT_EQ(internal::ReadCertificate(algorithms, {.data = Made(request).value()})->not_before,
            *request.not_before);
}

TEST_F(MakeCertificateTest, SerialNumbersDiffer) {
  const MakeCertificate request{.key = key_, .common_name = "test"};
  const auto serial = [&] {
    return internal::ReadCertificate(algorithms, {.data = Made(request).value()})->serial;
  };
  EXPECT_NE(serial(), serial());
  EXPECT_EQ(serial().size(), size_t{32});
}

}  // namespace
}  // namespace rondo::crypto
