#include "runtime/cli/text_fields.h"

#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace rondo::cli {
namespace {

using nlohmann::json;
using Form = ValueType::Form;

bool LooksLikeJson(absl::string_view text) {
  return absl::StartsWith(text, "[") || absl::StartsWith(text, "{");
}

json Scalar(const ValueType& type, std::string text) {
  if (type.optional && text == "null") return nullptr;
  int64_t integer = 0;
  uint64_t unsigned_integer = 0;
  double number = 0;
  if (type.form == Form::kInteger) {
    if (absl::SimpleAtoi(text, &integer)) return integer;
    if (absl::SimpleAtoi(text, &unsigned_integer)) return unsigned_integer;
  }
  if (type.form == Form::kNumber && absl::SimpleAtod(text, &number)) return number;
  if (type.form == Form::kBool && (text == "true" || text == "false")) return text == "true";
  return text;
}

const ValueField* FindField(const ValueType& type, absl::string_view name) {
  for (const ValueField& field : type.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

class Parser {
 public:
  Parser(const ValueType& type, ReadFile read_file) : type_(type), read_file_(read_file) {}

  absl::Status Add(absl::string_view word) {
    const size_t equals = word.find('=');
    if (equals == absl::string_view::npos || equals == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", word, "\" is not of the form field=value"));
    }
    const absl::string_view path = word.substr(0, equals);
    absl::StatusOr<std::string> text = Text(word.substr(equals + 1));
    if (!text.ok()) return text.status();
    return Set(path, *std::move(text));
  }

  json Take() { return std::move(value_); }

 private:
  absl::StatusOr<std::string> Text(absl::string_view text) {
    if (!absl::ConsumePrefix(&text, "@") || absl::StartsWith(text, "@")) return std::string(text);
    return read_file_(text);
  }

  absl::Status Set(absl::string_view path, std::string text) {
    const ValueType* type = &type_;
    json* at = &value_;
    for (const absl::string_view name : absl::StrSplit(path, '.')) {
      if (!at->is_object()) {
        return absl::InvalidArgumentError(
            absl::StrCat("\"", path, "\" is given twice, once as a whole and once in part"));
      }
      at = &(*at)[std::string(name)];
      if (type != nullptr) {
        const ValueField* field = FindField(*type, name);
        type = field == nullptr ? nullptr : &field->type;
        if (at->is_null() && type != nullptr && type->form == Form::kStruct) *at = json::object();
      }
      // A field that is not known: whoever reads the value says so.
      if (type == nullptr) {
        *at = std::move(text);
        return absl::OkStatus();
      }
    }
    return SetAt(*at, *type, path, std::move(text));
  }

  absl::Status SetAt(json& at, const ValueType& type, absl::string_view path, std::string text) {
    const bool compound = type.form == Form::kList || type.form == Form::kStruct;
    if (compound && LooksLikeJson(text)) {
      if (!at.is_null() && !(at.is_object() && at.empty())) return GivenTwice(path);
      at = json::parse(text, nullptr, /*allow_exceptions=*/false);
      if (!at.is_discarded()) return absl::OkStatus();
      return absl::InvalidArgumentError(absl::StrCat("field \"", path, "\": broken JSON"));
    }
    if (type.form == Form::kList) {
      if (at.is_null()) at = json::array();
      if (!at.is_array()) return GivenTwice(path);
      at.push_back(Scalar(type.element[0], std::move(text)));
      return absl::OkStatus();
    }
    if (!at.is_null() && !at.is_object()) return GivenTwice(path);
    at = Scalar(type, std::move(text));
    return absl::OkStatus();
  }

  static absl::Status GivenTwice(absl::string_view path) {
    return absl::InvalidArgumentError(absl::StrCat("field \"", path, "\" is given twice"));
  }

  const ValueType& type_;
  const ReadFile read_file_;
  json value_ = json::object();
};

}  // namespace

absl::StatusOr<json> ParseFields(const ValueType& type, const std::vector<std::string>& words,
                                 ReadFile read_file) {
  Parser parser(type, read_file);
  for (const std::string& word : words) {
    if (absl::Status status = parser.Add(word); !status.ok()) return status;
  }
  return parser.Take();
}

}  // namespace rondo::cli
