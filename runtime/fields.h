// How a request or a result describes its fields, once, for everything that does not know its
// type: calls by name, `rondo kinds`, options of plugins.
#ifndef RONDO_RUNTIME_FIELDS_H_
#define RONDO_RUNTIME_FIELDS_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "runtime/resource.h"

namespace rondo {

class FieldVisitor;

// What is said of a field besides its name and its type.
struct FieldOptions {
  bool required = false;        // Who calls by name must give it; else it has its default.
  absl::string_view help = {};  // A few words, where the name does not say it all.
};

// The name of an enumerator by which others know it. For a field of an enum, its namespace has
//
//   constexpr absl::Span<const EnumName<FileType>> EnumNames(FileType) { return kFileTypeNames; }
template <typename Enum>
struct EnumName {
  Enum value;
  absl::string_view name;
};

// A struct that describes its fields:
//
//   struct ReadFile {
//     std::string path = {};
//     int64_t max_bytes = int64_t{1} << 30;
//
//     void VisitFields(FieldVisitor& visit) {
//       visit("path", path, {.required = true});
//       visit("max_bytes", max_bytes);
//     }
//   };
template <typename T>
concept HasFields = std::default_initializable<T> && requires(T& value, FieldVisitor& visit) {
  { value.VisitFields(visit) } -> std::same_as<void>;
};

// A struct without fields needs no words.
template <typename T>
concept FieldlessStruct = std::is_empty_v<T> && std::is_aggregate_v<T>;

// A type that goes as another one. Its namespace has
//
//   void VisitValue(FieldVisitor& visit, Address& address) {
//     std::string text = address.ToString();
//     visit.Value(text);
//     ... parse `text` into `address`, or visit.Reject("not an address") ...
//   }
template <typename T>
concept HasVisitValue = std::default_initializable<T> && requires(T& value, FieldVisitor& visit) {
  { VisitValue(visit, value) } -> std::same_as<void>;
};

// An enum with names.
template <typename T>
concept NamedEnum = std::is_enum_v<T> && requires(T value) {
  { EnumNames(value) } -> std::convertible_to<absl::Span<const EnumName<T>>>;
};

namespace internal {

// An enumerator of any type.
struct NamedValue {
  int64_t value;
  absl::string_view name;
};

template <typename T>
struct FieldTraits {
  static constexpr bool kCrosses =
      std::integral<T> || std::floating_point<T> || std::same_as<T, std::string> ||
      std::same_as<T, absl::Duration> || std::same_as<T, absl::Time> || NamedEnum<T> ||
      HasFields<T> || FieldlessStruct<T> || HasVisitValue<T> || LiveObject<T>;
};
template <typename T>
struct FieldTraits<std::optional<T>> {
  static constexpr bool kCrosses = FieldTraits<T>::kCrosses;
};
template <typename T>
struct FieldTraits<std::vector<T>> {
  static constexpr bool kCrosses =
      FieldTraits<T>::kCrosses && std::default_initializable<T> && !std::same_as<T, bool>;
};
template <typename T>
struct FieldTraits<ResourceRef<T>> {
  static constexpr bool kCrosses = LiveObject<T>;
};

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsResourceRef : std::false_type {};
template <typename T>
struct IsResourceRef<ResourceRef<T>> : std::true_type {};

}  // namespace internal

// A value that can be written down: a number, a bool, a string (of any bytes), a time or a
// duration, a named enum, a struct with VisitFields, an optional or a vector of these, or a live
// object, which goes as the id of a resource.
template <typename T>
concept Crosses = internal::FieldTraits<T>::kCrosses;

// Goes through the fields of a value, to write them, to read them or to describe them: whoever
// describes its fields cannot tell which. Thread-compatible; used within one call.
class FieldVisitor {
 public:
  FieldVisitor() = default;
  FieldVisitor(const FieldVisitor&) = delete;
  FieldVisitor& operator=(const FieldVisitor&) = delete;
  virtual ~FieldVisitor();

  // One field of the struct that is being visited.
  template <Crosses T>
  void operator()(absl::string_view name, T& field, const FieldOptions& options = {}) {
    if (!BeginField(name, options)) return;
    Value(field);
    EndField();
  }

  // A value, where it stands.
  template <Crosses T>
  void Value(T& value) {
    if constexpr (HasVisitValue<T>) {
      VisitValue(*this, value);
    } else if constexpr (std::same_as<T, bool>) {
      VisitBool(value);
    } else if constexpr (std::integral<T>) {
      Integer(value);
    } else if constexpr (std::floating_point<T>) {
      double number = value;
      VisitDouble(number);
      value = static_cast<T>(number);
    } else if constexpr (std::same_as<T, std::string>) {
      VisitString(value);
    } else if constexpr (std::same_as<T, absl::Duration>) {
      VisitDuration(value);
    } else if constexpr (std::same_as<T, absl::Time>) {
      VisitTime(value);
    } else if constexpr (std::is_enum_v<T>) {
      Enumerator(value);
    } else if constexpr (internal::IsOptional<T>::value) {
      Optional(value);
    } else if constexpr (internal::IsVector<T>::value) {
      List(value);
    } else if constexpr (internal::IsResourceRef<T>::value) {
      Reference(value);
    } else if constexpr (LiveObject<T>) {
      VisitLive(T::kResource, [&value] { return MakeResource(std::move(value)); });
    } else {
      BeginStruct();
      if constexpr (HasFields<T>) value.VisitFields(*this);
      EndStruct();
    }
  }

  // A value of the type T of which there is none.
  template <Crosses T>
  void Type() {
    if constexpr (LiveObject<T>) {
      VisitLive(T::kResource, [] { return nullptr; });
    } else {
      T value = {};
      Value(value);
    }
  }

  // Says why the value that has just been visited will not do. Heard only while reading.
  virtual void Reject(absl::string_view why);

 protected:
  // Whether it asks for types, and leaves every value as it is.
  virtual bool types_only() const { return false; }

  // Whether to visit the field; EndField follows only then.
  virtual bool BeginField(absl::string_view name, const FieldOptions& options) = 0;
  virtual void EndField() = 0;
  virtual void BeginStruct() = 0;
  virtual void EndStruct() = 0;
  // Returns how many elements there are to be, of `size` that there are.
  virtual size_t BeginList(size_t size) = 0;
  virtual void BeginElement(size_t index) = 0;
  virtual void EndElement() = 0;
  virtual void EndList() = 0;
  // Whether there is to be a value, given whether there is one.
  virtual bool BeginOptional(bool present) = 0;

  virtual void VisitBool(bool& value) = 0;
  virtual void VisitInt(int64_t& value, int64_t least, int64_t most) = 0;
  virtual void VisitUint(uint64_t& value, uint64_t most) = 0;
  virtual void VisitDouble(double& value) = 0;
  virtual void VisitString(std::string& value) = 0;
  virtual void VisitDuration(absl::Duration& value) = 0;
  virtual void VisitTime(absl::Time& value) = 0;
  virtual void VisitEnum(int64_t& value, absl::Span<const internal::NamedValue> names) = 0;
  // A live object, which `take` moves out.
  virtual void VisitLive(absl::string_view type,
                         absl::FunctionRef<std::shared_ptr<Resource>()> take) = 0;
  // A reference to one; `resource` stays null unless it is of the type.
  virtual void VisitReference(absl::string_view type, std::shared_ptr<Resource>& resource) = 0;

 private:
  template <typename T>
  void Integer(T& value) {
    if constexpr (std::is_signed_v<T>) {
      int64_t number = value;
      VisitInt(number, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
      value = static_cast<T>(number);
    } else {
      uint64_t number = value;
      VisitUint(number, std::numeric_limits<T>::max());
      value = static_cast<T>(number);
    }
  }

  template <typename T>
  void Enumerator(T& value) {
    std::vector<internal::NamedValue> names;
    for (const EnumName<T>& each : absl::Span<const EnumName<T>>(EnumNames(value))) {
      names.push_back({static_cast<int64_t>(each.value), each.name});
    }
    int64_t number = static_cast<int64_t>(value);
    VisitEnum(number, names);
    value = static_cast<T>(number);
  }

  template <typename T>
  void Optional(std::optional<T>& value) {
    if (!BeginOptional(value.has_value())) return value.reset();
    if (types_only()) return Type<T>();
    if (value.has_value()) return Value(*value);
    if constexpr (LiveObject<T>) {
      Type<T>();
    } else {
      Value(value.emplace());
    }
  }

  template <typename T>
  void List(std::vector<T>& list) {
    const size_t size = BeginList(list.size());
    if (!types_only()) list.resize(size);
    for (size_t i = 0; i < size; ++i) {
      BeginElement(i);
      if (types_only()) {
        Type<T>();
      } else {
        Value(list[i]);
      }
      EndElement();
    }
    EndList();
  }

  template <typename T>
  void Reference(ResourceRef<T>& reference) {
    std::shared_ptr<Resource> resource = reference.resource_;
    VisitReference(T::kResource, resource);
    reference = ResourceRef<T>(std::move(resource));
  }
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_FIELDS_H_
