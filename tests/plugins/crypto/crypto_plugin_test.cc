#include "plugins/crypto/crypto_plugin.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/crypto/crypto.h"
#include "plugins/fs/fs.h"
#include "plugins/fs/fs_plugin.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "tests/plugins/crypto/command.h"

namespace rondo::crypto {
namespace {

using testing::Each;

std::unique_ptr<Runtime> Build(const CryptoOptions& options = {}) {
  absl::StatusOr<std::unique_ptr<Runtime>> built =
      Runtime::Builder().Add(std::make_unique<CryptoPlugin>(options)).Build();
  CHECK_OK(built);
  return *std::move(built);
}

KindStats StatsOf(const Runtime& runtime, absl::string_view kind) {
  for (const RuntimeStats::OfKind& stats : runtime.Stats().kinds) {
    if (stats.name == kind) return stats.stats;
  }
  ADD_FAILURE() << kind;
  return {};
}

Task<void> SealByPassword(Runtime& runtime, std::string& log) {
  absl::StatusOr<Secret> key = co_await runtime.Submit(Scrypt{
      .password = Secret("hunter2"), .salt = "0123456789abcdef", .n = 1024, .allow_weak = true});
  absl::StatusOr<std::string> sealed = co_await runtime.Submit(
      Seal{.key = key.value(), .plaintext = "attack at dawn", .associated_data = "order 7"});
  absl::StatusOr<std::string> text = co_await runtime.Submit(
      Open{.key = key.value(), .sealed = sealed.value(), .associated_data = "order 7"});
  log = text.value();
  absl::StatusOr<std::string> other = co_await runtime.Submit(
      Open{.key = key.value(), .sealed = sealed.value(), .associated_data = "order 8"});
  EXPECT_EQ(other.status().code(), absl::StatusCode::kUnauthenticated);
}

TEST(CryptoPlugin, SealsByPassword) {
  const std::unique_ptr<Runtime> runtime = Build();
  std::string text;
  runtime->Spawn(SealByPassword(*runtime, text));
  EXPECT_EQ(runtime->Run(), absl::OkStatus());
  EXPECT_EQ(text, "attack at dawn");
}

TEST(CryptoPlugin, HashesOnTheLoopAndOnManyWorkers) {
  for (const size_t size : {3, 100'000}) {
    const std::unique_ptr<Runtime> runtime = Build();
    std::vector<std::string> hashes;
    for (int i = 0; i < 1000; ++i) {
      runtime->Submit(Hash{.data = std::string(size, 'a')},
                      [&](absl::StatusOr<Digest> hash) { hashes.push_back(hash.value().bytes); });
    }
    EXPECT_EQ(runtime->Run(), absl::OkStatus());
    EXPECT_EQ(hashes.size(), size_t{1000});
    EXPECT_THAT(hashes, Each(hashes.front()));
    EXPECT_EQ(runtime->Stats().pool.scheduled, size == 3 ? 0 : 1000);
  }
}

TEST(CryptoPlugin, P6_PasswordHashingLeavesWorkersToOthers) {
  const std::unique_ptr<Runtime> runtime = Build({.max_concurrent_password_hashes = 2});
  int derived = 0;
  for (int i = 0; i < 10; ++i) {
    runtime->Submit(Scrypt{.n = 1 << 12, .allow_weak = true},
                    [&](absl::StatusOr<Secret> key) { derived += key.ok(); });
  }
  EXPECT_EQ(StatsOf(*runtime, "crypto.scrypt").in_flight, 2);
  EXPECT_EQ(StatsOf(*runtime, "crypto.scrypt").waiting, 8);
  int derived_before_hash = -1;
  runtime->Submit(Hash{.data = std::string(100'000, 'a')},
                  [&](absl::StatusOr<Digest>) { derived_before_hash = derived; });
  EXPECT_EQ(StatsOf(*runtime, "crypto.hash").in_flight, 1);
  EXPECT_EQ(runtime->Run(), absl::OkStatus());
  EXPECT_EQ(derived, 10);
  EXPECT_LT(derived_before_hash, 10);
}

// A limit of each kind alone would let these take all four workers.
TEST(CryptoPlugin, P6_PasswordHashesOfAllKindsTogetherDoNotDelayAFileRead) {
  absl::StatusOr<std::unique_ptr<Runtime>> built = Runtime::Builder()
                                                       .Add(std::make_unique<CryptoPlugin>())
                                                       .Add(std::make_unique<fs::FsPlugin>())
                                                       .Build();
  ASSERT_TRUE(built.ok());
  Runtime& runtime = **built;
  int ended = 0;
  const auto count = [&ended](const auto& outcome) { ended += outcome.ok(); };
  for (int i = 0; i < 5; ++i) {
    runtime.Submit(Scrypt{.n = 1 << 12, .allow_weak = true}, count);
    runtime.Submit(Pbkdf2{.iterations = 10'000, .allow_weak = true}, count);
    runtime.Submit(Argon2{.salt = "0123456789abcdef"}, count);
  }
  EXPECT_EQ(runtime.Stats().pool.scheduled, 2);
  int ended_before_read = -1;
  runtime.Submit(fs::ReadFile{.path = WriteScratch("text", "text")},
                 [&](absl::StatusOr<std::string> text) {
                   EXPECT_EQ(text.value(), "text");
                   ended_before_read = ended;
                 });
  EXPECT_EQ(runtime.Stats().pool.scheduled, 3);
  EXPECT_EQ(runtime.Run(), absl::OkStatus());
  EXPECT_EQ(ended, 15);
  EXPECT_LT(ended_before_read, 15);
}

TEST(CryptoPlugin, APasswordHashThatWaitsCanBeCancelledAndTheNextTakesItsPlace) {
  const std::unique_ptr<Runtime> runtime = Build({.max_concurrent_password_hashes = 1});
  std::vector<absl::StatusCode> codes;
  const auto add = [&codes](const auto& outcome) { codes.push_back(outcome.status().code()); };
  runtime->Submit(Scrypt{.n = 1 << 12, .allow_weak = true}, add);
  TaskHandle second = runtime->Submit(Pbkdf2{.iterations = 1000, .allow_weak = true}, add);
  runtime->Submit(Argon2{.salt = "0123456789abcdef"}, add);
  second.Cancel();
  EXPECT_EQ(runtime->Run(), absl::OkStatus());
  EXPECT_THAT(codes, testing::ElementsAre(absl::StatusCode::kCancelled, absl::StatusCode::kOk,
                                          absl::StatusCode::kOk));
  EXPECT_EQ(runtime->Stats().pool.scheduled, 2);
}

TEST(CryptoPlugin, ARuntimeThatGoesTakesWaitingPasswordHashesWithIt) {
  std::unique_ptr<Runtime> runtime = Build({.max_concurrent_password_hashes = 1});
  int told = 0;
  const auto count = [&told](const auto&) { ++told; };
  for (int i = 0; i < 1000; ++i) {
    runtime->Submit(Pbkdf2{.iterations = 1000, .allow_weak = true}, count);
    runtime->Submit(Scrypt{.n = 1 << 10, .allow_weak = true}, count);
  }
  runtime.reset();
  EXPECT_EQ(told, 0);
}

TEST(CryptoPlugin, ACancelledHashIsCancelled) {
  const std::unique_ptr<Runtime> runtime = Build();
  absl::Status status;
  TaskHandle handle = runtime->Submit(Hash{.data = std::string(100 << 20, 'x')},
                                      [&](absl::StatusOr<Digest> hash) { status = hash.status(); });
  handle.Cancel();
  EXPECT_EQ(runtime->Run(), absl::OkStatus());
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
}

// It would take minutes otherwise, and the next would wait for it.
TEST(CryptoPlugin, ADeadlineStopsAPbkdf2ThatRunsAndTheNextTakesItsPlace) {
  const std::unique_ptr<Runtime> runtime = Build({.max_concurrent_password_hashes = 1});
  std::vector<absl::StatusCode> codes;
  const auto add = [&codes](const auto& outcome) { codes.push_back(outcome.status().code()); };
  runtime->Submit(Pbkdf2{.iterations = (int64_t{1} << 31) - 1, .allow_weak = true}, add,
                  {.timeout = absl::Milliseconds(20)});
  runtime->Submit(Pbkdf2{.iterations = 1000, .allow_weak = true}, add);
  EXPECT_EQ(runtime->Run(), absl::OkStatus());
  EXPECT_THAT(codes,
              testing::ElementsAre(absl::StatusCode::kDeadlineExceeded, absl::StatusCode::kOk));
}

// Of those that OpenSSL and libargon2 do not stop.
TEST(CryptoPlugin, APasswordHashThatIsCancelledGivesItsPlaceBackWhenItHasEnded) {
  const std::unique_ptr<Runtime> runtime = Build({.max_concurrent_password_hashes = 1});
  for (const bool scrypt : {true, false}) {
    const int64_t started = runtime->pool().stats().started;
    absl::Status status;
    const auto told = [&](const absl::StatusOr<Secret>& key) { status = key.status(); };
    TaskHandle handle =
        scrypt ? runtime->Submit(Scrypt{.salt = "0123456789abcdef"}, told)
               : runtime->Submit(Argon2{.salt = "0123456789abcdef", .iterations = 10}, told);
    while (runtime->pool().stats().started == started) std::this_thread::yield();
    handle.Cancel();
    // Without its place this would wait for ever.
    bool next = false;
    runtime->Submit(Pbkdf2{.iterations = 1, .allow_weak = true},
                    [&](const absl::StatusOr<Secret>& key) { next = key.ok(); });
    EXPECT_EQ(runtime->Run(), absl::OkStatus());
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
    EXPECT_TRUE(next);
  }
}

TEST(CryptoPlugin, KeysWithAPassphraseWaitAsPasswordsDo) {
  const std::unique_ptr<Runtime> runtime = Build({.max_concurrent_password_hashes = 1});
  PrivateKey key;
  runtime->Submit(GenerateKey{}, [&](absl::StatusOr<PrivateKey> made) { key = made.value(); });
  ASSERT_TRUE(runtime->Run().ok());
  const int64_t before = runtime->Stats().pool.scheduled;
  int ended = 0;
  Secret pem;
  for (int i = 0; i < 2; ++i) {
    runtime->Submit(ExportPrivateKey{.key = key, .passphrase = Secret("x")},
                    [&](absl::StatusOr<Secret> text) {
                      pem = text.value();
                      ++ended;
                    });
  }
  EXPECT_EQ(runtime->Stats().pool.scheduled, before + 1);
  ASSERT_TRUE(runtime->Run().ok());
  for (int i = 0; i < 2; ++i) {
    runtime->Submit(ImportPrivateKey{.data = pem, .passphrase = Secret("x")},
                    [&](const absl::StatusOr<PrivateKey>& read) { ended += read.ok(); });
  }
  EXPECT_EQ(runtime->Stats().pool.scheduled, before + 3);
  ASSERT_TRUE(runtime->Run().ok());
  EXPECT_EQ(ended, 4);
  // Those without one do not.
  for (int i = 0; i < 2; ++i) runtime->Submit(ExportPrivateKey{.key = key}, [](const auto&) {});
  EXPECT_EQ(runtime->Stats().pool.scheduled, before + 6);
  ASSERT_TRUE(runtime->Run().ok());
}

// The runtime waits for what runs, so this ends only because they see that they are to stop.
TEST(CryptoPlugin, ADeadlineStopsWhatReadsAFileWithoutEnd) {
  const std::unique_ptr<Runtime> runtime = Build();
  std::vector<absl::StatusCode> codes;
  runtime->Submit(
      HashFile{.path = "/dev/zero"},
      [&](const absl::StatusOr<Digest>& hash) { codes.push_back(hash.status().code()); },
      {.timeout = absl::Milliseconds(20)});
  runtime->Submit(SealFile{.key = Secret(std::string(32, 'k')),
                           .path = "/dev/zero",
                           .destination = Scratch("endless")},
                  [&](const absl::Status& status) { codes.push_back(status.code()); },
                  {.timeout = absl::Milliseconds(20)});
  EXPECT_EQ(runtime->Run(), absl::OkStatus());
  EXPECT_THAT(codes, testing::ElementsAre(absl::StatusCode::kDeadlineExceeded,
                                          absl::StatusCode::kDeadlineExceeded));
}

TEST(CryptoPlugin, ALargeHkdfRunsOnAWorker) {
  const std::unique_ptr<Runtime> runtime = Build();
  const std::string large(100'000, 'l');
  int derived = 0;
  const auto count = [&](const absl::StatusOr<Secret>& key) { derived += key.ok(); };
  const auto run = [&](Hkdf request) {
    runtime->Submit(std::move(request), count);
    EXPECT_EQ(runtime->Run(), absl::OkStatus());
    return runtime->Stats().pool.scheduled;
  };
  const Secret key(std::string(32, 'k'));
  EXPECT_EQ(run({.key = key, .length = 256}), 0);
  EXPECT_EQ(run({.key = key, .length = 257}), 1);
  EXPECT_EQ(run({.key = key, .salt = large}), 2);
  EXPECT_EQ(run({.key = Secret(large)}), 3);
  EXPECT_EQ(derived, 4);
}

// What is left of a job when the runtime goes before it has run, or before the loop has heard.
TEST(CryptoPlugin, ARuntimeThatGoesTakesItsHashesWithIt) {
  std::unique_ptr<Runtime> runtime = Build();
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    runtime->Submit(Hash{.data = std::string(1'000'000, 'a')},
                    [&](absl::StatusOr<Digest>) { ++told; });
  }
  runtime.reset();
  EXPECT_EQ(told, 0);
}

TEST(CryptoPlugin, ADeadlineEndsALargeHash) {
  const std::unique_ptr<Runtime> runtime = Build();
  absl::Status status;
  runtime->Submit(Hash{.data = std::string(100 << 20, 'x')},
                  [&](absl::StatusOr<Digest> hash) { status = hash.status(); },
                  {.timeout = absl::Nanoseconds(1)});
  EXPECT_EQ(runtime->Run(), absl::OkStatus());
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
}

TEST(CryptoPlugin, UuidsOfVersion7SortInTheOrderOfTheirSubmission) {
  const std::unique_ptr<Runtime> runtime = Build();
  std::vector<std::string> uuids;
  for (int i = 0; i < 1000; ++i) {
    runtime->Submit(RandomUuid{.version = 7},
                    [&](absl::StatusOr<std::string> uuid) { uuids.push_back(uuid.value()); });
  }
  EXPECT_EQ(runtime->Run(), absl::OkStatus());
  EXPECT_EQ(uuids.size(), size_t{1000});
  EXPECT_TRUE(std::is_sorted(uuids.begin(), uuids.end()));
}

TEST(CryptoPlugin, RefusesALimitOfNone) {
  const absl::Status status =
      Runtime::Builder()
          .Add(std::make_unique<CryptoPlugin>(CryptoOptions{.max_concurrent_password_hashes = 0}))
          .Build()
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
}

}  // namespace
}  // namespace rondo::crypto
