// How a kind is called by those who do not know its request's type.
#ifndef RONDO_RUNTIME_KIND_DOOR_H_
#define RONDO_RUNTIME_KIND_DOOR_H_

#include <type_traits>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/fields.h"
#include "runtime/kind.h"
#include "runtime/operation.h"
#include "runtime/runtime_parts.h"

namespace rondo::internal {

// Visits some value. OK, unless it was to be read and could not be.
using Visit = absl::FunctionRef<absl::Status(absl::FunctionRef<void(FieldVisitor&)>)>;

// Told how a task ended and, when it succeeded, how to visit its result.
using DoorCallback =
    absl::AnyInvocable<void(const absl::Status&, absl::FunctionRef<void(FieldVisitor&)>) &&>;

// Functions that know the type. Constant, one of each kind.
struct KindDoor {
  // Visits a request as it is before any field is given. Null when requests cannot be read.
  void (*visit_request)(FieldVisitor&) = nullptr;
  // Visits a result, or nothing. Null when results cannot be written.
  void (*visit_result)(FieldVisitor&) = nullptr;
  // Makes an operation of a request that `read` reads. Null when either of the above is; it takes
  // `callback` only when it succeeds.
  absl::StatusOr<Operation*> (*make)(Dispatcher&, Visit read, DoorCallback& callback) = nullptr;

  bool open() const { return make != nullptr; }
};

template <TaskRequest Request>
class DoorOf {
 public:
  static constexpr KindDoor Get() {
    KindDoor door;
    if constexpr (Crosses<Request>) door.visit_request = &VisitRequest;
    if constexpr (kResultCrosses) door.visit_result = &VisitResult;
    if constexpr (Crosses<Request> && kResultCrosses) door.make = &Make;
    return door;
  }

 private:
  using Result = typename Request::Result;

  static constexpr bool ResultCrosses() {
    if constexpr (std::is_void_v<Result>) {
      return true;
    } else {
      return Crosses<Result>;
    }
  }
  static constexpr bool kResultCrosses = ResultCrosses();

  static void VisitRequest(FieldVisitor& visit) { visit.Type<Request>(); }

  static void VisitResult(FieldVisitor& visit) {
    if constexpr (!std::is_void_v<Result>) visit.Type<Result>();
  }

  struct Deliver {
    DoorCallback callback;

    void operator()(OutcomeOf<Request> outcome) {
      if constexpr (std::is_void_v<Result>) {
        std::move(callback)(outcome, [](FieldVisitor&) {});
      } else {
        std::move(callback)(outcome.status(),
                            [&outcome](FieldVisitor& visit) { visit.Value(*outcome); });
      }
    }
  };

  static absl::StatusOr<Operation*> Make(Dispatcher& dispatcher, Visit read,
                                         DoorCallback& callback) {
    Request request = {};
    absl::Status status = read([&request](FieldVisitor& visit) { visit.Value(request); });
    if (!status.ok()) return status;
    return &CallbackOperation<Request, Deliver>::Make(dispatcher, std::move(request),
                                                      Deliver{std::move(callback)});
  }
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_KIND_DOOR_H_
