// Keys for tests.
#ifndef RONDO_TESTS_PLUGINS_CRYPTO_KEY_FIXTURE_H_
#define RONDO_TESTS_PLUGINS_CRYPTO_KEY_FIXTURE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "plugins/crypto/bodies.h"
#include "tests/plugins/crypto/bytes.h"

namespace rondo::crypto {

constexpr KeyAlgorithm kAllKeyAlgorithms[] = {KeyAlgorithm::kEd25519, KeyAlgorithm::kX25519,
                                              KeyAlgorithm::kP256, KeyAlgorithm::kP384,
                                              KeyAlgorithm::kRsa};

// Of 1024 bits.
constexpr absl::string_view kWeakRsaPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDC2OPdOg2J/6eNj19rd/CkTokt\n"
    "ei1yFFIWHmxAtoFLu/YK/scIu56tug44SPVMAQAMb1fIXuqbZmLGbvd6uyC8TVyq\n"
    "Bb1JjbeByHYKC1b473NwfJbtH5OTOJ9GQgsqBcpU3oURmE1Vtb4JLpyN2nLp9zIK\n"
    "RMDCXS2U1AbetV5CgwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";

// Of secp256k1.
constexpr absl::string_view kOtherCurvePem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEHLcaKNy0niYxnoJ/bnBSQrzmxzvdi8iz\n"
    "MTTAAXFahvNO5+vZepf/5FLpS+ouO/iAH1zWUE//Ut8DeLR7Sw/Oww==\n"
    "-----END PUBLIC KEY-----\n";

inline PrivateKey NewKey(KeyAlgorithm algorithm) {
  return internal::MakeKey({.algorithm = algorithm, .rsa_bits = 2048}, Never).value();
}
inline PrivateKey RawPrivate(KeyAlgorithm algorithm, absl::string_view hex) {
  return internal::ReadPrivateKey(
             {.data = Secret(FromHex(hex)), .format = KeyFormat::kRaw, .raw_algorithm = algorithm})
      .value();
}
inline PublicKey RawPublic(KeyAlgorithm algorithm, absl::string_view hex) {
  return internal::ReadPublicKey(
             {.data = FromHex(hex), .format = KeyFormat::kRaw, .raw_algorithm = algorithm})
      .value();
}
inline std::string RawHex(const PublicKey& key) {
  return ToHex(internal::WritePublicKey({.key = key, .format = KeyFormat::kRaw}).value());
}

}  // namespace rondo::crypto

#endif  // RONDO_TESTS_PLUGINS_CRYPTO_KEY_FIXTURE_H_
