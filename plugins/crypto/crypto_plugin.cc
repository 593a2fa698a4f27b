#include "plugins/crypto/crypto_plugin.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "plugins/crypto/algorithms.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/crypto.h"
#include "plugins/crypto/gate.h"
#include "plugins/crypto/inline_or_pool.h"
#include "runtime/completion.h"
#include "runtime/plugin_entry.h"
#include "runtime/runtime.h"
#include "runtime/task_context.h"

namespace rondo::crypto {
namespace {

using internal::Algorithms;
using SharedAlgorithms = std::shared_ptr<Algorithms>;

bool Never() { return false; }

void RegisterHashes(Registrar& registrar, const SharedAlgorithms& algorithms, size_t inline_bytes) {
  // The loop thread's own.
  const auto hashing = std::make_shared<internal::Hashing>();
  registrar.OnLoop<Hash>([=](Hash request, Completion<Digest> completion) {
    if (request.data.size() <= inline_bytes) {
      return completion.Complete(internal::ComputeHash(*algorithms, *hashing, request, Never));
    }
    internal::RunOnPool(std::move(request), std::move(completion),
                        [algorithms](const Hash& large, internal::StopRequested stopped) {
                          return internal::ComputeHash(*algorithms, large, stopped);
                        });
  });
  registrar.OnLoop<ComputeHmac>([=](ComputeHmac request, Completion<Digest> completion) {
    if (request.data.size() <= inline_bytes && request.key.size() <= inline_bytes) {
      return completion.Complete(internal::ComputeHmacOf(*algorithms, request, Never));
    }
    internal::RunOnPool(std::move(request), std::move(completion),
                        [algorithms](const ComputeHmac& large, internal::StopRequested stopped) {
                          return internal::ComputeHmacOf(*algorithms, large, stopped);
                        });
  });
  registrar.OnPool<HashFile>([algorithms](const HashFile& request, TaskContext& context) {
    return internal::ComputeHashOfFile(*algorithms, request,
                                       [&] { return context.stop_requested(); });
  });
}

void RegisterSealing(Registrar& registrar, const SharedAlgorithms& algorithms) {
  registrar.OnPool<Seal>([algorithms](const Seal& request, TaskContext& context) {
    return internal::SealText(*algorithms, request, [&] { return context.stop_requested(); });
  });
  registrar.OnPool<Open>([algorithms](const Open& request, TaskContext& context) {
    return internal::OpenSealed(*algorithms, request, [&] { return context.stop_requested(); });
  });
}

void RegisterSealedFiles(Registrar& registrar) {
  registrar.OnPool<SealFile>([](const SealFile& request, TaskContext& context) {
    return internal::SealWholeFile(request, [&] { return context.stop_requested(); });
  });
  registrar.OnPool<OpenFile>([](const OpenFile& request, TaskContext& context) {
    return internal::OpenWholeFile(request, [&] { return context.stop_requested(); });
  });
}

// Registers a kind that hashes passwords: behind the gate, and not more than it lets in.
template <TaskRequest Request, typename Body>
void RegisterPasswordHash(Registrar& registrar, const std::shared_ptr<internal::Gate>& gate,
                          const KindOptions& options, Body body) {
  registrar.OnLoop<Request>(
      [gate, body](Request request, Completion<Secret> completion) {
        internal::RunOnPool(std::move(request), std::move(completion), body, gate);
      },
      options);
}

void RegisterHkdf(Registrar& registrar, const SharedAlgorithms& algorithms, size_t inline_bytes) {
  registrar.OnLoop<Hkdf>([=](Hkdf request, Completion<Secret> completion) {
    // A byte that comes out is as much work as some that go in.
    constexpr int64_t kBytesOfWork = 8;
    const int64_t most_length = static_cast<int64_t>(inline_bytes) / kBytesOfWork;
    if (request.key.size() <= inline_bytes && request.salt.size() <= inline_bytes &&
        request.length <= most_length) {
      return completion.Complete(internal::DeriveByHkdf(*algorithms, request));
    }
    internal::RunOnPool(std::move(request), std::move(completion),
                        [algorithms](const Hkdf& large, internal::StopRequested) {
                          return internal::DeriveByHkdf(*algorithms, large);
                        });
  });
}

void RegisterPasswordHashes(Registrar& registrar, const SharedAlgorithms& algorithms,
                            const std::shared_ptr<internal::Gate>& gate,
                            const KindOptions& options) {
  RegisterPasswordHash<Pbkdf2>(registrar, gate, options,
                               [=](const Pbkdf2& request, internal::StopRequested stopped) {
                                 return internal::DeriveByPbkdf2(*algorithms, request, stopped);
                               });
  // The libraries have no way to stop these.
  RegisterPasswordHash<Scrypt>(registrar, gate, options,
                               [=](const Scrypt& request, internal::StopRequested) {
                                 return internal::DeriveByScrypt(*algorithms, request);
                               });
  RegisterPasswordHash<Argon2>(registrar, gate, options,
                               [](const Argon2& request, internal::StopRequested) {
                                 return internal::DeriveByArgon2(request);
                               });
}

void RegisterRandomness(Registrar& registrar) {
  constexpr int64_t kMostInlineBytes = 4096;  // Some microseconds.
  registrar.OnLoop<RandomBytes>([](RandomBytes request, Completion<std::string> completion) {
    if (request.size <= kMostInlineBytes) {
      return completion.Complete(internal::MakeRandomBytes(request, Never));
    }
    internal::RunOnPool(std::move(request), std::move(completion),
                        [](const RandomBytes& large, internal::StopRequested stopped) {
                          return internal::MakeRandomBytes(large, stopped);
                        });
  });
  registrar.OnLoop<GenerateSecret>([](GenerateSecret request, Completion<Secret> completion) {
    if (request.size <= kMostInlineBytes) {
      return completion.Complete(internal::MakeSecret(request));
    }
    internal::RunOnPool(std::move(request), std::move(completion),
                        [](const GenerateSecret& large, internal::StopRequested) {
                          return internal::MakeSecret(large);
                        });
  });
  const auto uuids = std::make_shared<internal::UuidMaker>();
  registrar.OnLoop<RandomUuid>(
      [uuids](const RandomUuid& request, Completion<std::string> completion) {
        const absl::Time now = completion.runtime().loop().clock().CalendarTime();
        completion.Complete(uuids->Make(request, absl::ToUnixMillis(now)));
      });
}

void RegisterKeys(Registrar& registrar, const SharedAlgorithms& algorithms,
                  const std::shared_ptr<internal::Gate>& gate) {
  registrar.OnPool<GenerateKey>([](const GenerateKey& request, TaskContext& context) {
    return internal::MakeKey(request, [&] { return context.stop_requested(); });
  });
  registrar.OnLoop<PublicKeyOf>([](const PublicKeyOf& request, Completion<PublicKey> completion) {
    completion.Complete(internal::PublicHalf(request));
  });
  // A passphrase is hashed as a password is.
  registrar.OnLoop<ImportPrivateKey>(
      [gate](ImportPrivateKey request, Completion<PrivateKey> completion) {
        const bool hashes = !request.passphrase.empty();
        internal::RunOnPool(
            std::move(request), std::move(completion),
            [](const ImportPrivateKey& written, internal::StopRequested) {
              return internal::ReadPrivateKey(written);
            },
            hashes ? gate : nullptr);
      });
  registrar.OnLoop<ExportPrivateKey>(
      [gate](ExportPrivateKey request, Completion<Secret> completion) {
        const bool hashes = !request.passphrase.empty();
        internal::RunOnPool(
            std::move(request), std::move(completion),
            [](const ExportPrivateKey& key, internal::StopRequested) {
              return internal::WritePrivateKey(key);
            },
            hashes ? gate : nullptr);
      });
  registrar.OnPool<ImportPublicKey>([](const ImportPublicKey& request, TaskContext&) {
    return internal::ReadPublicKey(request);
  });
  registrar.OnPool<ExportPublicKey>([](const ExportPublicKey& request, TaskContext&) {
    return internal::WritePublicKey(request);
  });
  registrar.OnPool<Sign>([algorithms](const Sign& request, TaskContext&) {
    return internal::MakeSignature(*algorithms, request);
  });
  registrar.OnPool<Verify>([algorithms](const Verify& request, TaskContext&) {
    return internal::VerifySignature(*algorithms, request);
  });
  registrar.OnPool<Agree>(
      [](const Agree& request, TaskContext&) { return internal::AgreeOnSecret(request); });
}

// What is to be done now is done by the loop's clock, which only the loop thread reads.
absl::Time Now(Runtime& runtime) { return runtime.loop().clock().CalendarTime(); }

void RegisterCertificates(Registrar& registrar, const SharedAlgorithms& algorithms) {
  registrar.OnPool<ParseCertificate>([algorithms](const ParseCertificate& request, TaskContext&) {
    return internal::ReadCertificate(*algorithms, request);
  });
  registrar.OnLoop<VerifyCertificate>([](VerifyCertificate request, Completion<void> completion) {
    const absl::Time now = Now(completion.runtime());
    internal::RunOnPool(std::move(request), std::move(completion),
                        [now](const VerifyCertificate& chain, internal::StopRequested) {
                          return internal::VerifyChain(chain, now);
                        });
  });
  registrar.OnLoop<MakeCertificate>(
      [algorithms](MakeCertificate request, Completion<std::string> completion) {
        const absl::Time now = Now(completion.runtime());
        internal::RunOnPool(
            std::move(request), std::move(completion),
            [algorithms, now](const MakeCertificate& certificate, internal::StopRequested) {
              return internal::MakeSelfSigned(*algorithms, certificate, now);
            });
      });
  registrar.OnPool<MakeSigningRequest>(
      [algorithms](const MakeSigningRequest& request, TaskContext&) {
        return internal::MakeRequest(*algorithms, request);
      });
}

}  // namespace

PluginInfo CryptoPlugin::info() const {
  return {.name = "crypto", .summary = "hashes, encryption, signatures, keys and certificates"};
}

void CryptoPlugin::VisitOptions(FieldVisitor& visit) {
  visit("max_concurrent_password_hashes", options_.max_concurrent_password_hashes,
        {.help = "of all kinds together"});
  visit("max_inline_hash_bytes", options_.max_inline_hash_bytes,
        {.help = "hashed on the loop thread"});
}

absl::Status CryptoPlugin::Register(Registrar& registrar) {
  if (options_.max_concurrent_password_hashes < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("plugin crypto: max_concurrent_password_hashes is ",
                     options_.max_concurrent_password_hashes, ", less than 1"));
  }
  if (options_.max_inline_hash_bytes < 0) {
    return absl::InvalidArgumentError(absl::StrCat("plugin crypto: max_inline_hash_bytes is ",
                                                   options_.max_inline_hash_bytes,
                                                   ", less than 0"));
  }
  // They go with the last kind that uses them.
  const auto algorithms = std::make_shared<Algorithms>();
  const auto inline_bytes = static_cast<size_t>(options_.max_inline_hash_bytes);
  RegisterHashes(registrar, algorithms, inline_bytes);
  RegisterHkdf(registrar, algorithms, inline_bytes);
  RegisterSealing(registrar, algorithms);
  const auto gate = std::make_shared<internal::Gate>(options_.max_concurrent_password_hashes);
  RegisterPasswordHashes(registrar, algorithms, gate,
                         {.max_concurrency = options_.max_concurrent_password_hashes});
  RegisterKeys(registrar, algorithms, gate);
  RegisterSealedFiles(registrar);
  RegisterRandomness(registrar);
  RegisterCertificates(registrar, algorithms);
  return absl::OkStatus();
}

}  // namespace rondo::crypto

RONDO_PLUGIN(rondo::crypto::CryptoPlugin);
