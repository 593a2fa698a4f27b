// The plugin that brings cryptography.
#ifndef RONDO_PLUGINS_CRYPTO_CRYPTO_PLUGIN_H_
#define RONDO_PLUGINS_CRYPTO_CRYPTO_PLUGIN_H_

#include <cstdint>

#include "absl/status/status.h"
#include "runtime/fields.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"

namespace rondo::crypto {

struct CryptoOptions {
  // How many passwords are hashed at once, by all kinds together: scrypt, argon2, pbkdf2, and keys
  // with a passphrase. That is slow by design: without a limit below the number of workers, a few
  // log-ins keep everybody else's files waiting.
  int64_t max_concurrent_password_hashes = 2;
  // Up to how many bytes are hashed on the loop thread. 2 KiB take 1 us by SHA-256 and less than 10
  // by the slowest hash; to have a worker do it takes 5 us of processor time, and as long or longer
  // on the clock (benchmarks/w8_crypto).
  int64_t max_inline_hash_bytes = 2048;
};

// Brings the kinds of plugins/crypto/crypto.h to a runtime. They run on the pool, but for
// those that take no longer than to ask a worker for them. The algorithms are OpenSSL's, each
// fetched once, and libargon2's.
//
//   auto runtime = Runtime::Builder().Add(std::make_unique<crypto::CryptoPlugin>()).Build();
class CryptoPlugin final : public Plugin {
 public:
  explicit CryptoPlugin(const CryptoOptions& options = {}) : options_(options) {}

  PluginInfo info() const override;
  void VisitOptions(FieldVisitor& visit) override;
  absl::Status Register(Registrar& registrar) override;

 private:
  CryptoOptions options_;
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_CRYPTO_PLUGIN_H_
