// W8 by hand: OpenSSL's EVP in a loop, the algorithm fetched and the context made once.
//
//   raw hash BYTES COUNT              SHA-256
//   raw seal BYTES COUNT              AES-256-GCM
//   raw pbkdf2 ITERATIONS COUNT THREADS

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "benchmarks/common/measure.h"

namespace {

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void Hash(int64_t bytes, int64_t count) {
  EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const std::string kept(static_cast<size_t>(bytes), 'd');
  for (int64_t i = 0; i < count; ++i) {
    // As a task has: its own copy of what the caller keeps, and a string for what it gives back.
    const std::string data = kept;
    std::string hash(32, '\0');
    const bool ok = EVP_DigestInit_ex2(context, sha256, nullptr) == 1 &&
                    EVP_DigestUpdate(context, data.data(), data.size()) == 1 &&
                    EVP_DigestFinal_ex(context, Bytes(hash), nullptr) == 1;
    bench::Require(ok, "a hash");
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(sha256);
}

void Seal(int64_t bytes, int64_t count) {
  EVP_CIPHER* const aes = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  std::string key(32, 'k');
  const std::string kept(static_cast<size_t>(bytes), 't');
  for (int64_t i = 0; i < count; ++i) {
    std::string text = kept;
    std::string sealed(12 + text.size() + 16, '\0');
    int size = 0;
    const bool ok =
        RAND_bytes(Bytes(sealed), 12) == 1 &&
        EVP_EncryptInit_ex2(context, aes, Bytes(key), Bytes(sealed), nullptr) == 1 &&
        EVP_EncryptUpdate(context, Bytes(sealed) + 12, &size, Bytes(text),
                          static_cast<int>(text.size())) == 1 &&
        EVP_EncryptFinal_ex(context, Bytes(sealed) + 12 + text.size(), &size) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &sealed[12 + text.size()]) == 1;
    bench::Require(ok, "sealing");
  }
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(aes);
}

void Derive(EVP_KDF* pbkdf2, int64_t iterations) {
  std::string password = "password";
  std::string salt = "0123456789abcdef";
  char hash[] = "SHA256";
  uint64_t wanted = static_cast<uint64_t>(iterations);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, password.data(), password.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &wanted),
      OSSL_PARAM_construct_end(),
  };
  EVP_KDF_CTX* const context = EVP_KDF_CTX_new(pbkdf2);
  std::string key(32, '\0');
  bench::Require(EVP_KDF_derive(context, Bytes(key), key.size(), parameters) == 1, "a key");
  EVP_KDF_CTX_free(context);
}

void Pbkdf2(int64_t iterations, int64_t count, int64_t threads) {
  EVP_KDF* const pbkdf2 = EVP_KDF_fetch(nullptr, "PBKDF2", nullptr);
  std::atomic<int64_t> left = count;
  std::vector<std::thread> workers;
  for (int64_t i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      while (left.fetch_sub(1) > 0) Derive(pbkdf2, iterations);
    });
  }
  for (std::thread& worker : workers) worker.join();
  EVP_KDF_free(pbkdf2);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  const int64_t size = bench::Number(argc, argv, 2, 256);
  const int64_t count = bench::Number(argc, argv, 3, 1'000);
  const int64_t threads = bench::Number(argc, argv, 4, 1);
  const auto run = [&](int64_t times) {
    if (variant == "hash") {
      Hash(size, times);
    } else if (variant == "seal") {
      Seal(size, times);
    } else {
      bench::Require(variant == "pbkdf2", "hash, seal or pbkdf2");
      Pbkdf2(size, times, threads);
    }
  };
  run(1);
  const bench::Measurement measurement;
  run(count);
  measurement.End(count).Print();
}
