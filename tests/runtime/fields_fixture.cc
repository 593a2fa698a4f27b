#include "tests/runtime/fields_fixture.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rondo {

void VisitValue(FieldVisitor& visit, Point& point) {
  std::string text = absl::StrCat(point.x, ",", point.y);
  visit.Value(text);
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, ',');
  Point read;
  if (absl::SimpleAtoi(parts.first, &read.x) && absl::SimpleAtoi(parts.second, &read.y)) {
    point = read;
  } else {
    visit.Reject("no point");
  }
}

}  // namespace rondo
