#include "runtime/call.h"

#include "absl/strings/str_cat.h"
#include "runtime/guarded_call.h"
#include "runtime/json_fields.h"
#include "runtime/kind_door.h"

namespace rondo {
namespace internal {
namespace {

// A call that fails before there is a request: its caller is told as of any other outcome.
class FailedCall final : public ResultOperation<void> {
 public:
  static FailedCall& Make(Dispatcher& dispatcher, absl::string_view kind, DoorCallback callback) {
    return *new FailedCall(dispatcher, kind, std::move(callback));
  }

 private:
  FailedCall(Dispatcher& dispatcher, absl::string_view kind, DoorCallback callback)
      : ResultOperation<void>(dispatcher), kind_(kind), callback_(std::move(callback)) {}

  absl::string_view name() const override { return kind_; }
  void Deliver(const absl::Status* early) override {
    std::move(callback_)(early != nullptr ? *early : *result_, [](FieldVisitor&) {});
  }
  void Free() override { delete this; }

  const std::string kind_;
  DoorCallback callback_;
};

// `status` with the kind in front.
absl::Status Of(absl::string_view kind, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(kind, ": ", status.message()));
}

}  // namespace

CallAwaiter::~CallAwaiter() {
  if (operation_ != nullptr) operation_->Abandon();
}

void CallAwaiter::Start(TaskScope& scope) {
  operation_ = &runtime_.StartCall(
      kind_, request_,
      [this](absl::StatusOr<nlohmann::json> outcome) {
        operation_ = nullptr;
        Remove();
        outcome_ = std::move(outcome);
        handle_.resume();
      },
      options_);
  // The body of a loop kind has run by now, and may have cancelled its caller's scope.
  if (scope.cancelled()) {
    operation_->Cancel(scope.status());
  } else {
    scope.Add(*this);
  }
}

void CallAwaiter::OnCancel(const absl::Status& status) { operation_->Cancel(status); }

}  // namespace internal

TaskHandle Runtime::Call(absl::string_view kind, const nlohmann::json& request,
                         CallCallback callback, const SubmitOptions& options) {
  return TaskHandle(StartCall(kind, request, std::move(callback), options));
}

internal::CallAwaiter Runtime::Call(absl::string_view kind, nlohmann::json request,
                                    SubmitOptions options) {
  return internal::CallAwaiter(*this, std::string(kind), std::move(request), std::move(options));
}

internal::Operation& Runtime::StartCall(absl::string_view name, const nlohmann::json& request,
                                        CallCallback callback, const SubmitOptions& options) {
  internal::DoorCallback deliver = [this, kind = std::string(name), callback = std::move(callback)](
                                       const absl::Status& status,
                                       absl::FunctionRef<void(FieldVisitor&)> visit) mutable {
    if (!status.ok()) return std::move(callback)(status);
    JsonWriter writer(resources_);
    // How a value describes itself is the plugin's code.
    const absl::Status written = internal::GuardedCall([&] {
      visit(writer);
      return absl::OkStatus();
    });
    if (!written.ok()) {
      writer.CloseLive();  // Nobody learns their ids.
      return std::move(callback)(internal::Of(kind, written));
    }
    std::move(callback)(writer.Take());
  };
  internal::Kind* const kind = kinds_.FindName(name);
  const auto fail = [&](absl::Status status) -> internal::Operation& {
    internal::Operation& failed = internal::FailedCall::Make(dispatcher_, name, std::move(deliver));
    dispatcher_.Refuse(failed, kind, std::move(status));
    return failed;
  };
  if (kind == nullptr) return fail(kinds_.Explain(name));
  if (!kind->door.open()) {
    return fail(absl::UnimplementedError(absl::StrCat(
        name, ": it cannot be called by name, since its ",
        kind->door.visit_request == nullptr ? "request" : "result", " cannot be written down")));
  }
  // How a value describes itself is the plugin's code.
  const auto read = [&](absl::FunctionRef<void(FieldVisitor&)> visit) {
    return internal::GuardedCall([&] {
      JsonReader reader(request, resources_);
      visit(reader);
      return reader.status();
    });
  };
  absl::StatusOr<internal::Operation*> operation = kind->door.make(dispatcher_, read, deliver);
  if (!operation.ok()) return fail(internal::Of(name, operation.status()));
  Dispatch(**operation, kind->fingerprint, options);
  return **operation;
}

}  // namespace rondo
