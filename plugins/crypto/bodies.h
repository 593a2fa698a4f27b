// What the kinds do, on whatever thread calls them. They leave OpenSSL's error queue of that thread
// empty.
#ifndef RONDO_PLUGINS_CRYPTO_BODIES_H_
#define RONDO_PLUGINS_CRYPTO_BODIES_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "plugins/crypto/aead.h"
#include "plugins/crypto/agree.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/argon2.h"
#include "plugins/crypto/certificate.h"
#include "plugins/crypto/compute_hmac.h"
#include "plugins/crypto/digest.h"
#include "plugins/crypto/export_key.h"
#include "plugins/crypto/files.h"
#include "plugins/crypto/generate_key.h"
#include "plugins/crypto/hash.h"
#include "plugins/crypto/hash_file.h"
#include "plugins/crypto/hashing.h"
#include "plugins/crypto/hkdf.h"
#include "plugins/crypto/import_key.h"
#include "plugins/crypto/key.h"
#include "plugins/crypto/make_certificate.h"
#include "plugins/crypto/pbkdf2.h"
#include "plugins/crypto/random.h"
#include "plugins/crypto/scrypt.h"
#include "plugins/crypto/seal_file.h"
#include "plugins/crypto/secret.h"
#include "plugins/crypto/sign.h"

namespace rondo::crypto::internal {

absl::StatusOr<Digest> ComputeHash(Algorithms& algorithms, const Hash& request,
                                   StopRequested stopped);
// The same with a Hashing that is kept for the next one.
absl::StatusOr<Digest> ComputeHash(Algorithms& algorithms, Hashing& hashing, const Hash& request,
                                   StopRequested stopped);
absl::StatusOr<Digest> ComputeHashOfFile(Algorithms& algorithms, const HashFile& request,
                                         StopRequested stopped);
absl::StatusOr<Digest> ComputeHmacOf(Algorithms& algorithms, const ComputeHmac& request,
                                     StopRequested stopped);

absl::StatusOr<std::string> SealText(Algorithms& algorithms, const Seal& request,
                                     StopRequested stopped);
absl::StatusOr<std::string> OpenSealed(Algorithms& algorithms, const Open& request,
                                       StopRequested stopped);

absl::Status SealWholeFile(const SealFile& request, StopRequested stopped);
absl::Status OpenWholeFile(const OpenFile& request, StopRequested stopped);

absl::StatusOr<Secret> DeriveByHkdf(Algorithms& algorithms, const Hkdf& request);
absl::StatusOr<Secret> DeriveByPbkdf2(Algorithms& algorithms, const Pbkdf2& request,
                                      StopRequested stopped);
absl::StatusOr<Secret> DeriveByScrypt(Algorithms& algorithms, const Scrypt& request);
absl::StatusOr<Secret> DeriveByArgon2(const Argon2& request);

absl::StatusOr<std::string> MakeRandomBytes(const RandomBytes& request, StopRequested stopped);
absl::StatusOr<Secret> MakeSecret(const GenerateSecret& request);

absl::StatusOr<PrivateKey> MakeKey(const GenerateKey& request, StopRequested stopped);
absl::StatusOr<PublicKey> PublicHalf(const PublicKeyOf& request);
absl::StatusOr<PrivateKey> ReadPrivateKey(const ImportPrivateKey& request);
absl::StatusOr<PublicKey> ReadPublicKey(const ImportPublicKey& request);
absl::StatusOr<Secret> WritePrivateKey(const ExportPrivateKey& request);
absl::StatusOr<std::string> WritePublicKey(const ExportPublicKey& request);

absl::StatusOr<std::string> MakeSignature(Algorithms& algorithms, const Sign& request);
absl::Status VerifySignature(Algorithms& algorithms, const Verify& request);
absl::StatusOr<Secret> AgreeOnSecret(const Agree& request);

absl::StatusOr<CertificateInfo> ReadCertificate(Algorithms& algorithms,
                                                const ParseCertificate& request);
// They are told what time it is for requests that do not say a time.
absl::Status VerifyChain(const VerifyCertificate& request, absl::Time now);
absl::StatusOr<std::string> MakeSelfSigned(Algorithms& algorithms, const MakeCertificate& request,
                                           absl::Time now);
absl::StatusOr<std::string> MakeRequest(Algorithms& algorithms, const MakeSigningRequest& request);

// Makes identifiers of which those of version 7 sort in the order in which they are made.
// Thread-compatible.
class UuidMaker {
 public:
  absl::StatusOr<std::string> Make(const RandomUuid& request, int64_t unix_millis);

 private:
  int64_t millis_ = -1;
  uint16_t count_ = 0;
};

}  // namespace rondo::crypto::internal

#endif  // RONDO_PLUGINS_CRYPTO_BODIES_H_
