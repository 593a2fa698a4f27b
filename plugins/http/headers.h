// The header fields of a message.
#ifndef RONDO_PLUGINS_HTTP_HEADERS_H_
#define RONDO_PLUGINS_HTTP_HEADERS_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace rondo::http {

// Header fields in their order, found by name without regard to case. A value; thread-safe as a
// std::vector is.
//
//   http::Headers headers = {{"Accept", "text/plain"}};
//   headers.Add("Cookie", "a=1");
//   if (const std::string* type = response.headers.Find("content-type")) ...
class Headers {
 public:
  struct Field {
    std::string name;
    std::string value;

    void VisitFields(FieldVisitor& visit) {
      visit("name", name, {.required = true});
      visit("value", value, {.required = true});
    }
    friend bool operator==(const Field&, const Field&) = default;
  };

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void Add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
  }

  // The value of the first field of this name; null when there is none.
  const std::string* Find(absl::string_view name) const;
  size_t Count(absl::string_view name) const;
  // Whether a field of this name has `token` in its list, without regard to case, as in
  // `Connection: keep-alive, close`.
  bool HasToken(absl::string_view name, absl::string_view token) const;

  // Whether the fields may be sent: one with a line break in it would be two.
  // Errors: INVALID_ARGUMENT naming the field.
  absl::Status Validate() const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }

  friend bool operator==(const Headers&, const Headers&) = default;
  friend void VisitValue(FieldVisitor& visit, Headers& headers) { visit.Value(headers.fields_); }

 private:
  std::vector<Field> fields_;
};

}  // namespace rondo::http

#endif  // RONDO_PLUGINS_HTTP_HEADERS_H_
