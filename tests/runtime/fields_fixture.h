// Structs that describe their fields, one of each form.
#ifndef RONDO_TESTS_RUNTIME_FIELDS_FIXTURE_H_
#define RONDO_TESTS_RUNTIME_FIELDS_FIXTURE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "runtime/fields.h"
#include "runtime/resource.h"

namespace rondo {

enum class Colour : uint8_t { kRed, kGreen };
inline constexpr EnumName<Colour> kColourNames[] = {{Colour::kRed, "red"},
                                                    {Colour::kGreen, "green"}};
constexpr absl::Span<const EnumName<Colour>> EnumNames(Colour) { return kColourNames; }

// Goes as text, "x,y".
struct Point {
  int x = 0;
  int y = 0;
};
void VisitValue(FieldVisitor& visit, Point& point);

// Can be moved and nothing else.
class Lamp {
 public:
  static constexpr absl::string_view kResource = "test.lamp";

  explicit Lamp(int& closed) : closed_(&closed) {}
  Lamp(Lamp&&) = default;
  Lamp& operator=(Lamp&&) = default;

  void Close() { ++*closed_; }
  int* closed() const { return closed_; }

 private:
  int* closed_;
};

struct Limits {
  uint16_t width = 3;
  std::optional<double> ratio = {};

  void VisitFields(FieldVisitor& visit) {
    visit("width", width);
    visit("ratio", ratio);
  }
};

struct Everything {
  std::string text = {};
  bool flag = true;
  int8_t small = -1;
  int64_t large = int64_t{1} << 40;
  uint64_t huge = 0;
  absl::Duration wait = absl::Milliseconds(1500);
  absl::Time since = absl::UnixEpoch();
  Colour colour = Colour::kGreen;
  Point point = {};
  Limits limits = {};
  std::vector<Limits> list = {};
  std::optional<std::string> maybe = {};

  void VisitFields(FieldVisitor& visit) {
    visit("text", text, {.required = true, .help = "what it says"});
    visit("flag", flag);
    visit("small", small);
    visit("large", large);
    visit("huge", huge);
    visit("wait", wait);
    visit("since", since);
    visit("colour", colour);
    visit("point", point);
    visit("limits", limits);
    visit("list", list);
    visit("maybe", maybe);
  }
};

}  // namespace rondo

#endif  // RONDO_TESTS_RUNTIME_FIELDS_FIXTURE_H_
