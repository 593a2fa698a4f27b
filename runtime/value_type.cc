#include "runtime/value_type.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rondo {
namespace {

using Form = ValueType::Form;

std::string IntegerName(bool is_signed, uint64_t most) {
  int bits = 8;
  while (bits < 64 && most >> (is_signed ? bits - 1 : bits) != 0) bits *= 2;
  return absl::StrCat(is_signed ? "int" : "uint", bits);
}

class Describer final : public FieldVisitor {
 public:
  ValueType Take() { return std::move(root_); }

 private:
  bool types_only() const override { return true; }
  bool BeginField(absl::string_view name, const FieldOptions& options) override {
    here().fields.push_back({.name = std::string(name),
                             .type = {},
                             .required = options.required,
                             .help = std::string(options.help)});
    at_.push_back(&here().fields.back().type);
    return true;
  }
  void EndField() override { at_.pop_back(); }
  void BeginStruct() override { here().form = Form::kStruct; }
  void EndStruct() override {}
  size_t BeginList(size_t) override {
    here().form = Form::kList;
    here().element.emplace_back();
    return 1;
  }
  void BeginElement(size_t) override { at_.push_back(&here().element[0]); }
  void EndElement() override { at_.pop_back(); }
  void EndList() override {}
  bool BeginOptional(bool) override {
    here().optional = true;
    return true;
  }

  void VisitBool(bool&) override { Is(Form::kBool, "bool"); }
  void VisitInt(int64_t&, int64_t, int64_t most) override {
    Is(Form::kInteger, IntegerName(true, static_cast<uint64_t>(most)));
  }
  void VisitUint(uint64_t&, uint64_t most) override {
    Is(Form::kInteger, IntegerName(false, most));
  }
  void VisitDouble(double&) override { Is(Form::kNumber, "number"); }
  void VisitString(std::string&) override { Is(Form::kBytes, "bytes"); }
  void VisitDuration(absl::Duration&) override { Is(Form::kDuration, "duration"); }
  void VisitTime(absl::Time&) override { Is(Form::kTime, "time"); }
  void VisitEnum(int64_t&, absl::Span<const internal::NamedValue> names) override {
    Is(Form::kEnum, "enum");
    for (const internal::NamedValue& each : names) here().names.emplace_back(each.name);
  }
  void VisitLive(absl::string_view type, absl::FunctionRef<std::shared_ptr<Resource>()>) override {
    Is(Form::kResource, std::string(type));
  }
  void VisitReference(absl::string_view type, std::shared_ptr<Resource>&) override {
    Is(Form::kResource, std::string(type));
  }

  void Is(Form form, std::string name) {
    here().form = form;
    here().name = std::move(name);
  }
  ValueType& here() { return *at_.back(); }

  ValueType root_;
  std::vector<ValueType*> at_ = {&root_};  // From the root to what is being described.
};

}  // namespace

std::string ValueType::ToString() const {
  std::string text;
  switch (form) {
    case Form::kNothing:
      return "nothing";
    case Form::kEnum:
      text = absl::StrCat("one of ", absl::StrJoin(names, ", "));
      break;
    case Form::kList:
      text = absl::StrCat("list of ", element[0].ToString());
      break;
    case Form::kStruct:
      text = absl::StrCat("{",
                          absl::StrJoin(fields, ", ",
                                        [](std::string* out, const ValueField& field) {
                                          absl::StrAppend(out, field.name);
                                        }),
                          "}");
      break;
    default:
      text = name;
  }
  return optional ? absl::StrCat(text, ", or none") : text;
}

ValueType DescribeValue(absl::FunctionRef<void(FieldVisitor&)> visit) {
  Describer describer;
  visit(describer);
  return describer.Take();
}

}  // namespace rondo
