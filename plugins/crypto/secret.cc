#include "plugins/crypto/secret.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace rondo::crypto {

Secret::Secret(absl::string_view bytes) : Secret(OfSize(bytes.size())) {
  std::copy(bytes.begin(), bytes.end(), data_.get());
}

Secret Secret::Take(std::string& bytes) {
  Secret secret(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
  return secret;
}

Secret Secret::OfSize(size_t size) {
  Secret secret;
  secret.data_ = std::make_unique<char[]>(size);
  secret.size_ = size;
  return secret;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  data_ = std::move(other.data_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

bool operator==(const Secret& a, const Secret& b) { return TimingSafeEqual(a.bytes(), b.bytes()); }

void VisitValue(FieldVisitor& visit, Secret& secret) {
  std::string bytes(secret.bytes());
  visit.Value(bytes);
  secret = Secret::Take(bytes);
}

bool TimingSafeEqual(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void Secret::Wipe() {
  if (size_ > 0) OPENSSL_cleanse(data_.get(), size_);
}

}  // namespace rondo::crypto
