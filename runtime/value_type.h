// What a value looks like from outside: its type, and of a struct its fields.
#ifndef RONDO_RUNTIME_VALUE_TYPE_H_
#define RONDO_RUNTIME_VALUE_TYPE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "runtime/fields.h"

namespace rondo {

struct ValueField;

// The type of a value that crosses the by-name door.
struct ValueType {
  enum class Form : uint8_t {
    kNothing,  // Of a kind whose result is only a status.
    kBool,
    kInteger,
    kNumber,
    kBytes,
    kDuration,
    kTime,
    kEnum,
    kStruct,
    kList,
    kResource,
  };

  // As people read it: "int32", "bytes", "one of a, b", "list of bytes", "net.tcp_stream".
  std::string ToString() const;

  Form form = Form::kNothing;
  std::string name;                // Of an integer, "uint16"; of a resource, its type.
  std::vector<std::string> names;  // Of an enum.
  std::vector<ValueField> fields;  // Of a struct.
  std::vector<ValueType> element;  // Of a list: one.
  bool optional = false;           // It may be null.
};

struct ValueField {
  std::string name;
  ValueType type;
  bool required = false;
  std::string help;
};

// The type of what `visit` visits, and leaves as it is.
//
//   ValueType type = DescribeValue([](FieldVisitor& visit) { visit.Type<fs::ReadFile>(); });
ValueType DescribeValue(absl::FunctionRef<void(FieldVisitor&)> visit);

}  // namespace rondo

#endif  // RONDO_RUNTIME_VALUE_TYPE_H_
