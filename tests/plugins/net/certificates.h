// Certificates for tests, made when they are asked for.
#ifndef RONDO_TESTS_PLUGINS_NET_CERTIFICATES_H_
#define RONDO_TESTS_PLUGINS_NET_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string>
#include <vector>

#include "plugins/net/tls_context.h"

namespace rondo::net {

// Signs certificates. Its own is what those who trust it are given.
class Authority {
 public:
  struct Request {
    std::string common_name = "test";
    std::string alternative_names = "";  // "DNS:a.test,IP:127.0.0.1"; empty: none.
    bool expired = false;
    long serial = 1;
  };

  explicit Authority(const std::string& name);
  ~Authority();

  const std::string& pem() const { return pem_; }
  TlsCertificate Issue(const Request& request) const;
  // A list of those that it has revoked.
  std::string RevocationList(const std::vector<long>& serials) const;

 private:
  EVP_PKEY* key_;
  X509* certificate_;
  std::string pem_;
};

// One that nobody but itself has signed.
TlsCertificate SelfSigned(const std::string& alternative_names);

}  // namespace rondo::net

#endif  // RONDO_TESTS_PLUGINS_NET_CERTIFICATES_H_
