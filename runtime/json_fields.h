// Values that describe their fields, as JSON and back.
//
//   a struct       an object             a bool         true, false
//   a number       a number              bytes          a string; {"base64": "..."} if not UTF-8
//   a vector       an array              a duration     a string, "1.5s"
//   an optional    the value, or null    a time         a string, "2026-01-31T12:00:00.5+00:00"
//   an enum        its name              a live object  the id of its resource
#ifndef RONDO_RUNTIME_JSON_FIELDS_H_
#define RONDO_RUNTIME_JSON_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "runtime/fields.h"
#include "runtime/resource.h"

namespace rondo {

// Writes one value, and leaves it as it is but for live objects, which move into `resources`.
class JsonWriter final : public FieldVisitor {
 public:
  explicit JsonWriter(ResourceTable& resources) : resources_(resources) {}

  nlohmann::json Take() { return std::move(root_); }

  // Closes what live objects were added: for who gives the result to nobody.
  void CloseLive();

 private:
  bool BeginField(absl::string_view name, const FieldOptions& options) override;
  void EndField() override { at_.pop_back(); }
  void BeginStruct() override { here() = nlohmann::json::object(); }
  void EndStruct() override {}
  size_t BeginList(size_t size) override;
  void BeginElement(size_t index) override;
  void EndElement() override { at_.pop_back(); }
  void EndList() override {}
  bool BeginOptional(bool present) override;

  void VisitBool(bool& value) override { here() = value; }
  void VisitInt(int64_t& value, int64_t, int64_t) override { here() = value; }
  void VisitUint(uint64_t& value, uint64_t) override { here() = value; }
  void VisitDouble(double& value) override;
  void VisitString(std::string& value) override;
  void VisitDuration(absl::Duration& value) override;
  void VisitTime(absl::Time& value) override;
  void VisitEnum(int64_t& value, absl::Span<const internal::NamedValue> names) override;
  void VisitLive(absl::string_view type,
                 absl::FunctionRef<std::shared_ptr<Resource>()> take) override;
  void VisitReference(absl::string_view type, std::shared_ptr<Resource>& resource) override;

  nlohmann::json& here() { return *at_.back(); }

  ResourceTable& resources_;
  nlohmann::json root_;
  std::vector<nlohmann::json*> at_ = {&root_};  // From the root to what is being written.
  std::vector<std::string> live_;               // Their ids.
};

// Reads one value. What is wrong names the field: a field that is unknown, missing, or of another
// type, a number that is out of range, a resource that is not there. What was not read keeps its
// value. The input outlives the reader.
class JsonReader final : public FieldVisitor {
 public:
  // How errors call the value and its fields.
  struct Words {
    absl::string_view value = "the request";
    absl::string_view field = "field";
  };

  JsonReader(const nlohmann::json& input, const ResourceTable& resources)
      : JsonReader(input, resources, Words()) {}
  JsonReader(const nlohmann::json& input, const ResourceTable& resources, const Words& words)
      : resources_(resources), words_(words), at_({&input}) {}

  // INVALID_ARGUMENT or, for a resource that is not there, NOT_FOUND.
  const absl::Status& status() const { return status_.ok() ? not_found_ : status_; }

  void Reject(absl::string_view why) override;

 private:
  bool BeginField(absl::string_view name, const FieldOptions& options) override;
  void EndField() override { Leave(); }
  void BeginStruct() override;
  void EndStruct() override;
  size_t BeginList(size_t size) override;
  void BeginElement(size_t index) override;
  void EndElement() override { Leave(); }
  void EndList() override {}
  bool BeginOptional(bool) override { return !here().is_null(); }

  void VisitBool(bool& value) override;
  void VisitInt(int64_t& value, int64_t least, int64_t most) override;
  void VisitUint(uint64_t& value, uint64_t most) override;
  void VisitDouble(double& value) override;
  void VisitString(std::string& value) override;
  void VisitDuration(absl::Duration& value) override;
  void VisitTime(absl::Time& value) override;
  void VisitEnum(int64_t& value, absl::Span<const internal::NamedValue> names) override;
  void VisitLive(absl::string_view type,
                 absl::FunctionRef<std::shared_ptr<Resource>()> take) override;
  void VisitReference(absl::string_view type, std::shared_ptr<Resource>& resource) override;

  const nlohmann::json& here() const { return *at_.back(); }
  void Leave();
  // The field that is being visited, as an error names it: `field "limits.max_body_bytes"`.
  std::string Subject() const;
  void Fail(absl::Status status);
  void Expected(absl::string_view what);

  const ResourceTable& resources_;
  const Words words_;
  absl::Status status_;
  absl::Status not_found_;  // Of the first id of no object; what is malformed is said before that.
  std::vector<const nlohmann::json*> at_;  // From the root to what is being read.
  std::vector<std::string> path_;          // The names on the way.
  // Of the structs on the way, the fields that were visited, and the first that was missing.
  struct Known {
    std::vector<std::string> names;
    std::string missing;
  };
  std::vector<Known> known_;
};

// The bytes that JsonWriter wrote as `json`; nothing when it is something else.
std::optional<std::string> BytesOf(const nlohmann::json& json);

}  // namespace rondo

#endif  // RONDO_RUNTIME_JSON_FIELDS_H_
