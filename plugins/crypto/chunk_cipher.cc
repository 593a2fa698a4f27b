#include "plugins/crypto/chunk_cipher.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

#include "absl/numeric/bits.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/crypto/aead.h"
#include "plugins/crypto/bodies.h"
#include "plugins/crypto/kdf.h"

namespace rondo::crypto::internal {
namespace {

constexpr absl::string_view kMagic = "RONDOSL1";
constexpr absl::string_view kLabel = "rondo sealed stream";
constexpr int kLeastLog2 = 10;
constexpr int kMostLog2 = 24;

// In the order of the header's byte, which begins with 1.
constexpr absl::string_view kCiphers[] = {"aes-256-gcm", "chacha20-poly1305", "aes-128-gcm"};

absl::StatusOr<Secret> StreamKey(Algorithms& algorithms, absl::string_view header,
                                 const Secret& key, absl::string_view associated_data) {
  absl::StatusOr<Digest> digest =
      ComputeHash(algorithms, {.data = std::string(associated_data)}, [] { return false; });
  if (!digest.ok()) return digest.status();
  return DeriveByHkdf(algorithms,
                      {.key = key,
                       .salt = std::string(header.substr(kPrefixBytes)),
                       .info = absl::StrCat(kLabel, header.substr(0, kPrefixBytes), digest->bytes),
                       .length = static_cast<int64_t>(key.size())});
}

}  // namespace

absl::StatusOr<std::string> MakeHeader(absl::string_view operation, absl::string_view algorithm,
                                       int64_t chunk_bytes) {
  if (chunk_bytes < int64_t{1} << kLeastLog2 || chunk_bytes > int64_t{1} << kMostLog2 ||
      !absl::has_single_bit(static_cast<uint64_t>(chunk_bytes))) {
    return RefuseNumber(operation, "chunk_bytes", chunk_bytes,
                        "not a power of 2 from 1 KiB to 16 MiB");
  }
  const auto* const cipher = std::find(std::begin(kCiphers), std::end(kCiphers), algorithm);
  // One that is unknown here is so there, too, and gets the error that lists them.
  if (cipher == std::end(kCiphers)) return Algorithms().Cipher(operation, algorithm).status();
  std::string header(kHeaderBytes, '\0');
  std::copy(kMagic.begin(), kMagic.end(), header.begin());
  header[8] = static_cast<char>(cipher - std::begin(kCiphers) + 1);
  header[9] = static_cast<char>(absl::countr_zero(static_cast<uint64_t>(chunk_bytes)));
  if (RAND_bytes(Bytes(&header[kPrefixBytes]), kHeaderBytes - kPrefixBytes) != 1) {
    return OpenSslError(operation);
  }
  return header;
}

absl::Status ChunkCipher::Start(absl::string_view header, const Secret& key,
                                absl::string_view associated_data, Direction direction) {
  const bool known = header.size() == kHeaderBytes && absl::StartsWith(header, kMagic) &&
                     header[8] >= 1 && header[8] <= static_cast<int>(std::size(kCiphers)) &&
                     header[9] >= kLeastLog2 && header[9] <= kMostLog2 && header[10] == 0 &&
                     header[11] == 0;
  if (!known) {
    return absl::InvalidArgumentError(
        absl::StrCat(operation_, ": not the header of a sealed stream"));
  }
  Algorithms algorithms;  // What is fetched lives on in the context.
  const absl::string_view name = kCiphers[header[8] - 1];
  absl::StatusOr<const EVP_CIPHER*> cipher = algorithms.Cipher(operation_, name);
  if (!cipher.ok()) return cipher.status();
  const size_t key_bytes = static_cast<size_t>(EVP_CIPHER_get_key_length(*cipher));
  if (key.size() != key_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(operation_, ": key: ", name, " takes ",
                                                   key_bytes, " bytes, not ", key.size()));
  }
  absl::StatusOr<Secret> own = StreamKey(algorithms, header, key, associated_data);
  if (!own.ok()) return own.status();
  direction_ = direction;
  chunk_bytes_ = size_t{1} << header[9];
  const bool ok =
      context_ != nullptr && EVP_CipherInit_ex2(context_.get(), *cipher, Bytes(own->bytes()),
                                                /*iv=*/nullptr, direction, /*params=*/nullptr) == 1;
  return ok ? absl::OkStatus() : OpenSslError(operation_);
}

absl::Status ChunkCipher::Next(bool last) {
  unsigned char nonce[kNonceBytes] = {};
  for (size_t i = 0; i < 8; ++i) nonce[3 + i] = static_cast<unsigned char>(count_ >> (56 - 8 * i));
  nonce[11] = last ? 1 : 0;
  ++count_;
  const bool ok = EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce, direction_,
                                     /*params=*/nullptr) == 1;
  return ok ? absl::OkStatus() : OpenSslError(operation_);
}

bool ChunkCipher::Transform(absl::string_view in, char* out) {
  int done = 0;
  return in.empty() || EVP_CipherUpdate(context_.get(), Bytes(out), &done, Bytes(in),
                                        static_cast<int>(in.size())) == 1;
}

absl::Status ChunkCipher::Seal(absl::string_view chunk, bool last, std::string& out) {
  if (absl::Status status = Next(last); !status.ok()) return status;
  const size_t at = out.size();
  out.resize(at + chunk.size() + kTagBytes);
  unsigned char nothing[EVP_MAX_BLOCK_LENGTH];  // These ciphers hold nothing back.
  int done = 0;
  const bool ok = Transform(chunk, &out[at]) &&
                  EVP_CipherFinal_ex(context_.get(), nothing, &done) == 1 &&
                  EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                                      &out[at + chunk.size()]) == 1;
  return ok ? absl::OkStatus() : OpenSslError(operation_);
}

absl::Status ChunkCipher::Open(absl::string_view sealed, bool last, std::string& out) {
  if (absl::Status status = Next(last); !status.ok()) return status;
  const absl::string_view chunk = sealed.substr(0, sealed.size() - kTagBytes);
  const absl::string_view tag = sealed.substr(chunk.size());
  const size_t at = out.size();
  out.resize(at + chunk.size());
  unsigned char nothing[EVP_MAX_BLOCK_LENGTH];
  int done = 0;
  const bool authentic = EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                                             const_cast<char*>(tag.data())) == 1 &&
                         Transform(chunk, out.data() + at) &&
                         EVP_CipherFinal_ex(context_.get(), nothing, &done) == 1;
  if (authentic) return absl::OkStatus();
  ERR_clear_error();
  OPENSSL_cleanse(out.data() + at, chunk.size());
  out.resize(at);
  return absl::UnauthenticatedError(
      absl::StrCat(operation_,
                   ": not authentic: another key or associated data, or changed, "
                   "moved or missing bytes (chunk ",
                   count_ - 1, ")"));
}

}  // namespace rondo::crypto::internal
