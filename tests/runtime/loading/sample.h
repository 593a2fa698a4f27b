// The kinds of the plugin that the tests load, and what they share with it.
#ifndef RONDO_TESTS_RUNTIME_LOADING_SAMPLE_H_
#define RONDO_TESTS_RUNTIME_LOADING_SAMPLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "runtime/fields.h"

namespace rondo::sample {

// On the pool.
struct Reverse {
  static constexpr absl::string_view kKind = "sample.reverse";
  using Result = std::string;
  std::string text;
};

// On the pool, until the test lets it go on; one at a time.
struct Hold {
  static constexpr absl::string_view kKind = "sample.hold";
  using Result = void;
  absl::Notification* began = nullptr;
  absl::Notification* go_on = nullptr;
};

// On the loop, as a coroutine, until it is cancelled or an hour has passed.
struct Doze {
  static constexpr absl::string_view kKind = "sample.doze";
  using Result = void;
};

// A live object of the plugin; its Close throws when the plugin is to throw in kClose.
class Bell {
 public:
  static constexpr absl::string_view kResource = "sample.bell";

  Bell() = default;
  Bell(Bell&&) = default;
  Bell& operator=(Bell&&) = default;

  void Close();
};

// On the pool. Two bells, so that one that throws stands before another.
struct RingBells {
  static constexpr absl::string_view kKind = "sample.ring_bells";
  using Result = std::vector<Bell>;

  void VisitFields(FieldVisitor&) {}
};

enum class Step { kNone, kConstructor, kInfo, kRegister, kStart, kStop, kClose };

// What the plugin does when it comes to a step, and what has become of it. The test program has
// the one instance, which shows that a plugin finds symbols in it.
struct Conduct {
  Step throws_in = Step::kNone;
  Step fails_in = Step::kNone;
  std::string name = "sample";
  int libraries_mapped = 0;  // Static initialisers that have run.
  int alive = 0;             // Plugins.
  int stopped = 0;
  int bells_closed = 0;
};

extern Conduct conduct;

}  // namespace rondo::sample

#endif  // RONDO_TESTS_RUNTIME_LOADING_SAMPLE_H_
