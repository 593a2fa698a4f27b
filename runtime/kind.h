// Task kinds: what they are called, how they run, what happened to them.
#ifndef RONDO_RUNTIME_KIND_H_
#define RONDO_RUNTIME_KIND_H_

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/time_stats.h"

namespace rondo {

// A request type is a task kind: it carries the kind's name and the type of its result.
//
//   struct ReadFile {
//     static constexpr absl::string_view kKind = "fs.read_file";
//     using Result = std::string;  // void: the result is only a status
//     std::string path;
//   };
template <typename T>
concept TaskRequest = std::move_constructible<T> && requires {
  { T::kKind } -> std::convertible_to<absl::string_view>;
  typename T::Result;
};

// How a Result is handed over: absl::StatusOr, or absl::Status for void.
template <typename Result>
using Outcome = std::conditional_t<std::is_void_v<Result>, absl::Status, absl::StatusOr<Result>>;

template <TaskRequest Request>
using OutcomeOf = Outcome<typename Request::Result>;

// The limits of one kind, given when it is registered.
struct KindOptions {
  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

  // How many tasks of the kind run at once; more wait their turn, which delays no other kind.
  int64_t max_concurrency = kUnlimited;
  // How many may wait so; a further one fails with RESOURCE_EXHAUSTED.
  int64_t max_queue = kUnlimited;
};

enum class RunsOn : uint8_t { kPool, kLoop };

// Exact counts since the kind was registered, and times: of every task while turns submit few of
// them, and of one in 64, picked at random, while they submit so many that to read the clock for
// each would slow them down.
struct KindStats {
  int64_t submitted = 0;
  int64_t waiting = 0;    // For a place below max_concurrency.
  int64_t in_flight = 0;  // With the pool, running, or discarded by the caller and still running.
  // Tasks whose callers have been told, by status code; [0] is OK.
  std::array<int64_t, 17> completed = {};
  TimeStats queue_time;  // From Submit until the body began.
  TimeStats run_time;    // Of the body; of a loop kind, until it completed.

  int64_t failed() const {
    int64_t failed = 0;
    for (size_t code = 1; code < completed.size(); ++code) failed += completed[code];
    return failed;
  }
};

namespace internal {

template <typename T>
constexpr absl::string_view TypeName() {
  return __PRETTY_FUNCTION__;
}

constexpr uint64_t Fnv1a(absl::string_view text, uint64_t hash) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

template <typename T>
constexpr uint64_t TypeSize() {
  if constexpr (std::is_void_v<T>) {
    return 0;
  } else {
    return sizeof(T) * 64 + alignof(T);
  }
}

// Tells a kind by its name and the types of its request and result, never by an address: a
// loaded plugin has addresses of its own.
template <TaskRequest Request>
constexpr uint64_t Fingerprint() {
  uint64_t hash = Fnv1a(Request::kKind, 0xcbf29ce484222325);
  hash = Fnv1a(TypeName<Request>(), hash);
  hash = Fnv1a(TypeName<typename Request::Result>(), hash);
  hash ^= TypeSize<Request>() * 0x9e3779b97f4a7c15;
  return hash ^ (TypeSize<typename Request::Result>() * 0xc2b2ae3d27d4eb4f);
}

}  // namespace internal
}  // namespace rondo

#endif  // RONDO_RUNTIME_KIND_H_
