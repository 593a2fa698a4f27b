#include "plugins/net/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace rondo::net {
namespace {

// What `write` writes of the peer's certificate.
template <typename Write>
std::string OfCertificate(const SSL* ssl, Write write) {
  X509* const certificate = SSL_get0_peer_certificate(ssl);
  if (certificate == nullptr) return "";
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  write(out.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string OrEmpty(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

std::string TlsStream::version() const { return SSL_get_version(channel_->ssl()); }

std::string TlsStream::cipher() const { return OrEmpty(SSL_get_cipher_name(channel_->ssl())); }

std::string TlsStream::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(channel_->ssl(), &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

bool TlsStream::resumed() const { return SSL_session_reused(channel_->ssl()) == 1; }

std::string TlsStream::server_name() const {
  return OrEmpty(SSL_get_servername(channel_->ssl(), TLSEXT_NAMETYPE_host_name));
}

std::string TlsStream::peer_certificate_pem() const {
  return OfCertificate(channel_->ssl(), [](BIO* out, X509* c) { PEM_write_bio_X509(out, c); });
}

std::string TlsStream::peer_subject() const {
  return OfCertificate(channel_->ssl(), [](BIO* out, X509* c) {
    X509_NAME_print_ex(out, X509_get_subject_name(c), 0, XN_FLAG_RFC2253);
  });
}

}  // namespace rondo::net
