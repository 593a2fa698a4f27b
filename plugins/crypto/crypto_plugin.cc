#include "plugins/crypto/crypto_plugin.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/crypto.h"
#include "runtime/task_context.h"

namespace rondo::crypto {

PluginInfo CryptoPlugin::info() const {
  return {.name = "crypto", .summary = "hashes, authenticated encryption, keys from passwords"};
}

absl::Status CryptoPlugin::Register(Registrar& registrar) {
  if (options_.max_concurrent_password_hashes < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("plugin crypto: max_concurrent_password_hashes is ",
                     options_.max_concurrent_password_hashes, ", less than 1"));
  }
  // They go with the last kind that uses them.
  auto algorithms = std::make_shared<internal::Algorithms>();
  registrar.OnPool<Hash>([algorithms](const Hash& request, TaskContext& context) {
    return internal::ComputeHash(*algorithms, request, [&] { return context.stop_requested(); });
  });
  registrar.OnPool<Seal>([algorithms](const Seal& request, TaskContext& context) {
    return internal::SealText(*algorithms, request, [&] { return context.stop_requested(); });
  });
  registrar.OnPool<Open>([algorithms](const Open& request, TaskContext& context) {
    return internal::OpenSealed(*algorithms, request, [&] { return context.stop_requested(); });
  });
  registrar.OnPool<Scrypt>(
      [algorithms](const Scrypt& request, TaskContext&) {
        return internal::DeriveByScrypt(*algorithms, request);
      },
      {.max_concurrency = options_.max_concurrent_password_hashes});
  return absl::OkStatus();
}

}  // namespace rondo::crypto
