// Keys and passwords.
#ifndef RONDO_PLUGINS_CRYPTO_SECRET_H_
#define RONDO_PLUGINS_CRYPTO_SECRET_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/fields.h"

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

// By name a secret is its bytes: a key or a password goes in so, and whoever calls a kind whose
// result is a secret asks for it to come out. What reads or writes the bytes then keeps copies that
// nobody wipes, so a program that can call a kind by its type does that.
void VisitValue(FieldVisitor& visit, Secret& secret);

// Whether both are the same, in a time that depends on their sizes alone: for codes and tokens that
// somebody else sends, who must not learn how much of a guess was right.
bool TimingSafeEqual(absl::string_view a, absl::string_view b);

}  // namespace rondo::crypto

#endif  // RONDO_PLUGINS_CRYPTO_SECRET_H_
