#include "runtime/cli/repeated_call.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "runtime/call.h"

namespace rondo::cli {

absl::Status RepeatedCall::Run(int64_t repeat, int64_t parallel) {
  repeat_ = repeat;
  const int64_t began = runtime_.loop().clock().NowNanos();
  for (int64_t i = 0; i < std::min(repeat, parallel); ++i) Start();
  const absl::Status status = runtime_.Run();
  took_nanos_ = runtime_.loop().clock().NowNanos() - began;
  console_.EndProgress();
  return status;
}

void RepeatedCall::Start() {
  ++started_;
  const int64_t began = runtime_.loop().clock().NowNanos();
  runtime_.Call(
      kind_, request_,
      [this, began](absl::StatusOr<nlohmann::json> outcome) {
        // A live object is not what this is about, and would be one too many soon.
        absl::Status status = outcome.status();
        if (status.ok()) status = runtime_.resources().CloseAll();
        Ended(began, status);
      },
      options_);
}

void RepeatedCall::Ended(int64_t began_nanos, const absl::Status& status) {
  const int64_t now = runtime_.loop().clock().NowNanos();
  latencies_.Add(now - began_nanos);
  ++codes_[status.code()];
  failure_.Update(status);
  ++ended_;
  console_.Progress(ended_, repeat_, now);
  if (started_ < repeat_) {
    Start();
  } else if (ended_ == repeat_) {
    runtime_.Stop();
  }
}

std::string RepeatedCall::Report() const {
  const double seconds = static_cast<double>(std::max<int64_t>(took_nanos_, 1)) / 1e9;
  std::string text =
      absl::StrFormat("%d calls of %s in %s, %.0f a second\n", ended_, kind_,
                      absl::FormatDuration(absl::Milliseconds(took_nanos_ / 1'000'000)),
                      static_cast<double>(ended_) / seconds);
  absl::StrAppend(&text, latencies_.ToString(), "\n");
  for (const auto& [code, count] : codes_) {
    absl::StrAppend(&text, absl::StatusCodeToString(code), " ", count, "\n");
  }
  return text;
}

}  // namespace rondo::cli
