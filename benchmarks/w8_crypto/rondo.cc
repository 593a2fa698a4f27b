// W8 on Rondo.
//
//   rondo hash BYTES COUNT IN_FLIGHT [INLINE_BYTES]
//   rondo seal BYTES COUNT                  crypto.seal, the same
//   rondo pbkdf2 ITERATIONS COUNT THREADS   crypto.pbkdf2, as many at once as there are threads

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "benchmarks/common/measure.h"
#include "plugins/crypto/crypto.h"
#include "plugins/crypto/crypto_plugin.h"
#include "runtime/runtime.h"

namespace rondo {
namespace {

// Keeps some tasks of a kind in flight until as many as are wanted have run.
template <typename Request>
struct Chain {
  Runtime& runtime;
  const Request& request;
  int64_t unsubmitted;

  void Submit() {
    --unsubmitted;
    runtime.Submit(request, [this](absl::StatusOr<typename Request::Result> result) {
      CHECK_OK(result.status());
      if (unsubmitted > 0) Submit();
    });
  }
};

template <typename Request>
void Run(Runtime& runtime, const Request& request, int64_t count, int64_t in_flight) {
  Chain<Request> chain{.runtime = runtime, .request = request, .unsubmitted = count};
  for (int64_t i = std::min(count, in_flight); i > 0; --i) chain.Submit();
  CHECK_OK(runtime.Run());
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  using namespace rondo;
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t size = bench::Number(argc, argv, 2, 256);
  const int64_t count = bench::Number(argc, argv, 3, 1'000);
  crypto::CryptoOptions options;
  const int64_t in_flight = bench::Number(argc, argv, 4, 1);
  options.max_inline_hash_bytes = bench::Number(argc, argv, 5, options.max_inline_hash_bytes);
  options.max_concurrent_password_hashes = in_flight;
  absl::StatusOr<std::unique_ptr<Runtime>> runtime =
      Runtime::Builder().Add(std::make_unique<crypto::CryptoPlugin>(options)).Build();
  CHECK_OK(runtime.status());
  const crypto::Hash hash{.data = std::string(static_cast<size_t>(size), 'd')};
  const crypto::Seal seal{.key = crypto::Secret(std::string(32, 'k')),
                          .plaintext = std::string(static_cast<size_t>(size), 't')};
  const crypto::Pbkdf2 pbkdf2{.password = crypto::Secret("password"),
                              .salt = "0123456789abcdef",
                              .iterations = size,
                              .allow_weak = true};
  const auto run = [&](int64_t times) {
    if (variant == "hash") {
      Run(**runtime, hash, times, in_flight);
    } else if (variant == "seal") {
      Run(**runtime, seal, times, in_flight);
    } else {
      bench::Require(variant == "pbkdf2", "hash, seal or pbkdf2");
      Run(**runtime, pbkdf2, times, in_flight);
    }
  };
  run(1);
  const bench::Measurement measurement;
  run(count);
  measurement.End(count).Print();
}
