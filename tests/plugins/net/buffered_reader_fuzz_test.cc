// What a BufferedReader finds is what a search in the whole text finds, however it comes in.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "plugins/net/buffered_reader.h"
#include "runtime/runtime.h"
#include "runtime/runtime_builder.h"
#include "runtime/task.h"

namespace rondo::net {
namespace {

// The bytes of an input, as numbers and as texts.
class Input {
 public:
  explicit Input(absl::string_view bytes) : left_(bytes) {}

  bool empty() const { return left_.empty(); }
  uint8_t Byte() {
    if (left_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(left_[0]);
    left_.remove_prefix(1);
    return byte;
  }
  absl::string_view Text(size_t size) {
    const absl::string_view text = left_.substr(0, size);
    left_.remove_prefix(text.size());
    return text;
  }

 private:
  absl::string_view left_;
};

// A stream of `text`, in pieces of sizes that come again and again.
class Pieces {
 public:
  Pieces(absl::string_view text, absl::string_view sizes) : left_(text), sizes_(sizes) {}

  Task<absl::StatusOr<size_t>> Read(absl::Span<char> buffer) {
    const size_t wanted =
        sizes_.empty() ? 1 : 1 + static_cast<uint8_t>(sizes_[next_++ % sizes_.size()]);
    const size_t size = std::min({wanted, buffer.size(), left_.size()});
    std::copy_n(left_.begin(), size, buffer.begin());
    left_.remove_prefix(size);
    co_return size;
  }

 private:
  absl::string_view left_;
  const absl::string_view sizes_;
  size_t next_ = 0;
};

// One call, and the same on `left`, which is the whole rest of the text.
Task<void> TryUntil(BufferedReader<Pieces>& reader, absl::string_view& left,
                    absl::string_view delimiter, size_t max_bytes) {
  const absl::StatusOr<std::string> found = co_await reader.ReadUntil(delimiter, max_bytes);
  const size_t at = left.find(delimiter);
  const bool refused =
      at != absl::string_view::npos ? at > max_bytes : left.size() >= max_bytes + delimiter.size();
  if (found.ok()) {
    CHECK(at != absl::string_view::npos && at <= max_bytes);
    CHECK_EQ(*found, left.substr(0, at));
    left.remove_prefix(at + delimiter.size());
  } else if (absl::IsResourceExhausted(found.status())) {
    CHECK(refused);
  } else {
    CHECK(absl::IsOutOfRange(found.status()) && !refused) << found.status();
    CHECK_EQ(at, absl::string_view::npos);
    CHECK_EQ(reader.buffered(), left);
  }
  CHECK_EQ(reader.buffered(), left.substr(0, reader.buffered().size()));
}

Task<void> TryExact(BufferedReader<Pieces>& reader, absl::string_view& left, size_t size) {
  const absl::StatusOr<std::string> found = co_await reader.ReadExact(size);
  CHECK_EQ(found.ok(), size <= left.size());
  if (!found.ok()) co_return;
  CHECK_EQ(*found, left.substr(0, size));
  left.remove_prefix(size);
}

Task<void> Try(absl::string_view bytes) {
  Input input(bytes);
  const absl::string_view delimiter = input.Text(1 + input.Byte() % 4);
  if (delimiter.empty()) co_return;
  const absl::string_view sizes = input.Text(input.Byte() % 8);
  const absl::string_view calls = input.Text(input.Byte() % 32);
  absl::string_view left = input.Text(bytes.size());
  Pieces stream(left, sizes);
  BufferedReader<Pieces> reader(stream);
  for (const char call : calls) {
    const auto number = static_cast<uint8_t>(call);
    if (number % 2 == 0) {
      co_await TryUntil(reader, left, delimiter, number / 2);
    } else {
      co_await TryExact(reader, left, number / 2);
    }
  }
}

}  // namespace
}  // namespace rondo::net

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::unique_ptr<rondo::Runtime> runtime =
      std::move(rondo::Runtime::Builder().Threads(1).Build()).value();
  runtime->Spawn(rondo::net::Try(absl::string_view(reinterpret_cast<const char*>(data), size)),
                 "input");
  CHECK_OK(runtime->Run());
  return 0;
}
