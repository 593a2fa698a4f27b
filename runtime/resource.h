// Live objects (a connection, an open file) for those who cannot hold them: by an id.
#ifndef RONDO_RUNTIME_RESOURCE_H_
#define RONDO_RUNTIME_RESOURCE_H_

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rondo {

// A type whose objects live on in a table and are known by an id, because they cannot be written
// down. It says what it is called:
//
//   class TcpStream {
//    public:
//     static constexpr absl::string_view kResource = "net.tcp_stream";
//
// One that has a Close() is closed by it when the id is; all are destroyed when nobody uses them.
template <typename T>
concept LiveObject = std::move_constructible<T> && requires {
  { T::kResource } -> std::convertible_to<absl::string_view>;
};

// A live object of any type.
class Resource {
 public:
  explicit Resource(absl::string_view type) : type_(type) {}
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;
  virtual ~Resource();

  absl::string_view type() const { return type_; }
  virtual void Close() = 0;

 private:
  const absl::string_view type_;
};

namespace internal {

template <LiveObject T>
class ResourceOf final : public Resource {
 public:
  explicit ResourceOf(T o) : Resource(T::kResource), object(std::move(o)) {}

  void Close() override {
    if constexpr (requires { object.Close(); }) static_cast<void>(object.Close());
  }

  T object;
};

}  // namespace internal

template <LiveObject T>
std::shared_ptr<Resource> MakeResource(T object) {
  return std::make_shared<internal::ResourceOf<T>>(std::move(object));
}

// A field of a request that names a live object. Who calls by type borrows one, and keeps it until
// the task has ended; who calls by name gives an id, and the object lives at least as long as the
// task does.
//
//   struct Read {
//     ResourceRef<TcpStream> stream;
//   };
//   runtime.Submit(net::Read{.stream = my_stream}, ...);
template <LiveObject T>
class ResourceRef {
 public:
  ResourceRef() = default;
  ResourceRef(T& object) : object_(&object) {}  // NOLINT(google-explicit-constructor)
  // REQUIRES: null, or of T's type.
  explicit ResourceRef(std::shared_ptr<Resource> resource) : resource_(std::move(resource)) {
    if (resource_ == nullptr) return;
    DCHECK_EQ(resource_->type(), T::kResource);
    object_ = &static_cast<internal::ResourceOf<T>&>(*resource_).object;
  }

  // Null when none was given.
  T* get() const { return object_; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  friend class FieldVisitor;

  std::shared_ptr<Resource> resource_;
  T* object_ = nullptr;
};

// The live objects that were handed out by name. Loop thread only.
class ResourceTable {
 public:
  ResourceTable() = default;
  ResourceTable(const ResourceTable&) = delete;
  ResourceTable& operator=(const ResourceTable&) = delete;
  ~ResourceTable() { CloseAll().IgnoreError(); }

  // Takes it, and returns its id: "net.tcp_stream#3". Ids are not used twice.
  std::string Add(std::shared_ptr<Resource> resource);

  // Errors: INVALID_ARGUMENT (no id, or of an object of another type), NOT_FOUND (closed already).
  absl::StatusOr<std::shared_ptr<Resource>> Find(absl::string_view id,
                                                 absl::string_view type) const;

  // Closes one: its id is forgotten at once, it itself goes when no task uses it any more.
  // Errors: INVALID_ARGUMENT, NOT_FOUND, INTERNAL (its Close() threw; it is gone all the same).
  absl::Status Close(absl::string_view id);
  // Closes those of which the type begins with `prefix`: "net." for all of a plugin. One that
  // throws keeps none of the others open; its INTERNAL, or that of the first, is returned.
  absl::Status CloseAll(absl::string_view prefix = "");

  std::vector<std::string> Ids() const;

 private:
  absl::btree_map<int64_t, std::shared_ptr<Resource>> resources_;
  int64_t last_ = 0;
};

}  // namespace rondo

#endif  // RONDO_RUNTIME_RESOURCE_H_
