#include "plugins/crypto/certificate.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
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

using testing::ElementsAre;
using testing::HasSubstr;

class CertificateTest : public CryptoTest {
 protected:
  const absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);  // 2027.

  std::string Made(MakeCertificate request) {
    if (!request.key) request.key = NewKey(KeyAlgorithm::kP256);
    return internal::MakeSelfSigned(algorithms, request, now_).value();
  }
  absl::StatusOr<CertificateInfo> Parsed(absl::string_view data) {
    return internal::ReadCertificate(algorithms, {.data = std::string(data)});
  }
  absl::Status Verified(const VerifyCertificate& request) {
    return internal::VerifyChain(request, now_);
  }
  void ExpectRefused(const VerifyCertificate& request, absl::string_view why) {
    const absl::Status status = Verified(request);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated) << status;
    EXPECT_THAT(status.message(), HasSubstr(why));
  }
};

std::string DerOf(const std::string& pem) {
  const size_t begin = pem.find('\n') + 1;
  std::string der;
  EXPECT_TRUE(absl::Base64Unescape(pem.substr(begin, pem.find("\n-----END") - begin), &der));
  return der;
}

TEST_F(CertificateTest, SaysWhatWasPutIn) {
  const PrivateKey key = NewKey(KeyAlgorithm::kP256);
  const std::string pem =
      Made({.key = key,
            .common_name = "Grüße, Welt",
            .names = {"example.org", "*.example.org", "127.0.0.1", "2001:db8::1"},
            .valid_for = absl::Hours(24),
            .is_ca = true});
  for (const std::string& data : {pem, DerOf(pem), "some text before\n" + pem}) {
    const absl::StatusOr<CertificateInfo> info = Parsed(data);
    ASSERT_TRUE(info.ok()) << info.status();
    EXPECT_EQ(info->subject, "CN=Gr\\C3\\BC\\C3\\9Fe\\, Welt");
    EXPECT_EQ(info->issuer, info->subject);
    EXPECT_EQ(info->not_before, now_);
    EXPECT_EQ(info->not_after, now_ + absl::Hours(24));
    EXPECT_THAT(info->dns_names, ElementsAre("example.org", "*.example.org"));
    EXPECT_THAT(info->ip_addresses, ElementsAre("127.0.0.1", "2001:db8::1"));
    EXPECT_TRUE(info->is_ca);
    EXPECT_EQ(info->signature_algorithm, "ecdsa-with-SHA256");
    EXPECT_TRUE(info->public_key.value() == key.public_key());
    EXPECT_EQ(info->sha256, internal::ComputeHash(algorithms, {.data = DerOf(pem)}, Never).value());
  }
}

TEST_F(CertificateTest, WhatIsNone) {
  const std::string pem = Made({.common_name = "x"});
  const std::string der = DerOf(pem);
  for (const std::string& data :
       {std::string(), std::string("x"), std::string("-----BEGIN CERTIFICATE-----\n"),
        pem.substr(0, pem.size() - 40), der + "x"}) {
    EXPECT_EQ(Parsed(data).status().code(), absl::StatusCode::kInvalidArgument);
  }
  for (size_t size = 0; size < der.size(); ++size) {
    EXPECT_EQ(Parsed(der.substr(0, size)).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_THAT(Parsed(std::string((1 << 20) + 1, 'x')).status().message(),
              HasSubstr("data: 1048577 bytes are more than 1 MiB"));
}

TEST_F(CertificateTest, IsVerifiedByNameAndTime) {
  const std::string pem =
      Made({.names = {"example.org", "*.example.net", "10.0.0.1"}, .valid_for = absl::Hours(24)});
  VerifyCertificate request{.chain = pem, .roots = pem};
  for (const absl::string_view name :
       {"example.org", "EXAMPLE.org", "www.example.net", "10.0.0.1"}) {
    request.name = std::string(name);
    EXPECT_EQ(Verified(request), absl::OkStatus()) << name;
  }
  for (const absl::string_view name :
       {"example.com", "www.example.org", "example.net", "a.b.example.net", "10.0.0.2"}) {
    request.name = std::string(name);
    ExpectRefused(request, "mismatch");
  }
  request.name = "example.org";
  request.time = now_ - absl::Seconds(1);
  ExpectRefused(request, "certificate 0 (): certificate is not yet valid");
  request.time = now_ + absl::Hours(25);
  ExpectRefused(request, "certificate has expired");
  request.time = now_ + absl::Hours(23);
  EXPECT_EQ(Verified(request), absl::OkStatus());
}

TEST_F(CertificateTest, NamesThatCannotBe) {
  const std::string pem = Made({.names = {"example.org"}});
  VerifyCertificate request{.chain = pem, .roots = pem};
  EXPECT_EQ(Verified(request),
            absl::InvalidArgumentError(
                "crypto.verify_certificate: name: a server is verified by its name"));
  request.name = std::string("example.org\0.com", 16);
  EXPECT_EQ(Verified(request).code(), absl::StatusCode::kInvalidArgument);
  request.name = std::string("example.org\0", 12);
  EXPECT_EQ(Verified(request).code(), absl::StatusCode::kInvalidArgument);
  request.name = ".org";
  EXPECT_EQ(Verified(request).code(), absl::StatusCode::kInvalidArgument);
  request.name = "";
  request.purpose = CertificatePurpose::kClient;
  EXPECT_EQ(Verified(request), absl::OkStatus());
}

// A common name is no name (RFC 9525), and a wildcard stands for a whole label.
TEST_F(CertificateTest, NamesThatAreNotLookedAt) {
  std::string pem = Made({.common_name = "example.org"});
  ExpectRefused({.chain = pem, .roots = pem, .name = "example.org"}, "mismatch");
  pem =
      OutputOf(absl::StrCat("openssl req -x509 -newkey ed25519 -nodes -keyout ", Scratch("key.pem"),
                            " -subj /CN=x -addext subjectAltName=DNS:w*.example.org -days 9000"));
  ExpectRefused({.chain = pem, .roots = pem, .name = "www.example.org"}, "mismatch");
}

TEST_F(CertificateTest, TooMuchIsNotLookedAt) {
  const std::string pem = Made({.names = {"example.org"}});
  VerifyCertificate request{.chain = pem, .roots = pem, .name = "example.org"};
  request.chain.append((1 << 20) + 1 - pem.size(), '\n');
  EXPECT_EQ(Verified(request),
            absl::InvalidArgumentError(
                "crypto.verify_certificate: chain: 1048577 bytes are more than 1 MiB"));
  request.chain.pop_back();
  EXPECT_EQ(Verified(request), absl::OkStatus());
  request.roots.append((16 << 20) + 1 - pem.size(), '\n');
  EXPECT_EQ(Verified(request),
            absl::InvalidArgumentError(
                "crypto.verify_certificate: roots: 16777217 bytes are more than 16 MiB"));
}

TEST_F(CertificateTest, StrangersAreNotTrusted) {
  const std::string one = Made({.common_name = "one", .names = {"example.org"}});
  const std::string other = Made({.common_name = "other", .names = {"example.org"}});
  ExpectRefused({.chain = one, .roots = other, .name = "example.org"},
                "certificate 0 (CN=one): self-signed certificate");
  // Not even with the name of one who is.
  const std::string double_of_one = Made({.common_name = "one", .names = {"example.org"}});
  ExpectRefused({.chain = double_of_one, .roots = one, .name = "example.org"}, "CN=one");
}

TEST_F(CertificateTest, WhatIsGivenMustBeCertificates) {
  const std::string pem = Made({.names = {"example.org"}});
  for (const std::string& wrong :
       {std::string(), std::string("x"), DerOf(pem), pem.substr(0, 200) + "\n" + pem.substr(210)}) {
    EXPECT_EQ(Verified({.chain = wrong, .roots = pem, .name = "example.org"}).code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Verified({.chain = pem, .roots = wrong, .name = "example.org"}).code(),
              absl::StatusCode::kInvalidArgument);
  }
  // One that is broken behind one that is not.
  EXPECT_EQ(
      Verified({.chain = pem + pem.substr(0, 100), .roots = pem, .name = "example.org"}).code(),
      absl::StatusCode::kInvalidArgument);
}

// A root, one between, and a server, of which the openssl command has signed two.
class ChainTest : public CertificateTest {
 protected:
  ChainTest() {
    root_ = Made({.key = root_key_, .common_name = "root", .is_ca = true});
    between_ = Signed(between_key_, "between", root_, root_key_,
                      "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=keyCertSign\n");
    leaf_ = Signed(NewKey(KeyAlgorithm::kEd25519), "leaf", between_, between_key_,
                   "basicConstraints=CA:FALSE\nsubjectAltName=DNS:example.org\n"
                   "extendedKeyUsage=serverAuth\n");
  }

  std::string Signed(const PrivateKey& key, const std::string& name, const std::string& issuer,
                     const PrivateKey& issuer_key, absl::string_view extensions,
                     absl::string_view more = "") {
    const std::string request =
        internal::MakeRequest(algorithms, {.key = key, .common_name = name}).value();
    return OutputOf(absl::StrCat(
        "openssl x509 -req -days 9000 ", more, " -in ", WriteScratch("request.pem", request),
        " -CA ", WriteScratch("issuer.pem", issuer), " -CAkey ",
        WriteScratch("issuer_key.pem", internal::WritePrivateKey({.key = issuer_key})->bytes()),
        " -CAcreateserial -extfile ", WriteScratch("extensions", extensions), " 2>/dev/null"));
  }

  const PrivateKey root_key_ = NewKey(KeyAlgorithm::kP384);
  const PrivateKey between_key_ = NewKey(KeyAlgorithm::kP256);
  std::string root_, between_, leaf_;
};

TEST_F(ChainTest, LeadsToTheRoot) {
  VerifyCertificate request{.chain = leaf_ + between_, .roots = root_, .name = "example.org"};
  EXPECT_EQ(Verified(request), absl::OkStatus());
  request.chain = leaf_ + root_ + between_;  // In any order behind the first.
  EXPECT_EQ(Verified(request), absl::OkStatus());
  request.chain = leaf_;
  ExpectRefused(request, "unable to get local issuer certificate");
  request.chain = leaf_ + between_;
  request.roots = between_;  // Trusted is only what has signed itself.
  ExpectRefused(request, "unable to get issuer certificate");
}

TEST_F(ChainTest, ForItsPurposeAlone) {
  VerifyCertificate request{
      .chain = leaf_ + between_, .roots = root_, .purpose = CertificatePurpose::kClient};
  ExpectRefused(request, "purpose");
  request.purpose = CertificatePurpose::kAny;
  EXPECT_EQ(Verified(request), absl::OkStatus());
  request.chain = Signed(NewKey(KeyAlgorithm::kP256), "client", root_, root_key_,
                         "subjectAltName=DNS:example.org\nextendedKeyUsage=clientAuth\n");
  request.name = "example.org";
  request.purpose = CertificatePurpose::kClient;
  EXPECT_EQ(Verified(request), absl::OkStatus());
  request.purpose = CertificatePurpose::kServer;
  ExpectRefused(request, "purpose");
}

TEST_F(ChainTest, OneThatIsNoCaSignsNothing) {
  const PrivateKey key = NewKey(KeyAlgorithm::kP256);
  const std::string no_ca = Signed(key, "no ca", root_, root_key_, "basicConstraints=CA:FALSE\n");
  const std::string below =
      Signed(NewKey(KeyAlgorithm::kP256), "below", no_ca, key, "subjectAltName=DNS:example.org\n");
  ExpectRefused({.chain = below + no_ca, .roots = root_, .name = "example.org"}, "invalid CA");
}

TEST_F(ChainTest, WeakHashesAreRefusedUnlessAllowed) {
  const std::string weak = Signed(NewKey(KeyAlgorithm::kP256), "weak", root_, root_key_,
                                  "subjectAltName=DNS:example.org\n", "-sha1");
  VerifyCertificate request{.chain = weak, .roots = root_, .name = "example.org"};
  ExpectRefused(request, "CA signature digest algorithm too weak");
  request.allow_weak = true;
  EXPECT_EQ(Verified(request), absl::OkStatus());
}

}  // namespace
}  // namespace rondo::crypto
