// Keys and passwords.
#ifndef RONDO_PLUGINS_CRYPTO_SECRET_H_
#define RONDO_PLUGINS_CRYPTO_SECRET_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rondo::crypto {

// Bytes that do not stay behind in memory nor show in a log: wiped before they are freed, never
// moved about by a growing buffer, printed as <secret>. Every copy is a Secret too.
//
// Thread-compatible. Owns its bytes.
//
//   crypto::Secret key(bytes);
//   LOG(INFO) << "sealing with " << key;  // sealing with <secret>
class Secret {
 public:
  Secret() = default;
  // Copies the bytes; wiping where they came from is the caller's.
  explicit Secret(absl::string_view bytes);
  // Copies the bytes and wipes and empties `bytes`.
  static Secret Take(std::string& bytes);
  // So many zeros, to be filled.
  static Secret OfSize(size_t size);

  Secret(const Secret& other) : Secret(other.bytes()) {}
  Secret& operator=(const Secret& other) { return *this = Secret(other); }
  // Leaves `other` empty.
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { Wipe(); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Valid while the secret lives and is not assigned to. What you copy them to is no secret.
  absl::string_view bytes() const { return {data_.get(), size_}; }
  absl::Span<char> mutable_bytes() { return {data_.get(), size_}; }

  // Takes the same time whatever bytes differ.
  friend bool operator==(const Secret& a, const Secret& b);

  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Secret&) {
    sink.Append("<secret>");
  }

 private:
  void Wipe();

  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
};

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_SECRET_H_
