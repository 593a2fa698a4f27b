// What the tests of TLS build on.
#ifndef RONDO_TESTS_PLUGINS_NET_TLS_FIXTURE_H_
#define RONDO_TESTS_PLUGINS_NET_TLS_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "plugins/net/net.h"
#include "runtime/task.h"
#include "tests/plugins/net/certificates.h"
#include "tests/plugins/net/net_fixture.h"

namespace rondo::net {

// Both ends of a handshake.
struct Shaken {
  absl::StatusOr<TlsStream> client;
  absl::StatusOr<TlsStream> server;
};

class TlsFixture : public NetFixture {
 public:
  // Must succeed in connecting; the handshakes may fail.
  Task<Shaken> Shake(std::shared_ptr<TlsServerContext> server,
                     std::shared_ptr<TlsClientContext> client, std::string name = "a.test");

 protected:
  static std::shared_ptr<TlsServerContext> Server(const TlsServerOptions& options) {
    auto context = TlsServerContext::Create(options);
    CHECK_OK(context.status());
    return *context;
  }
  static std::shared_ptr<TlsClientContext> Client(const TlsClientOptions& options) {
    auto context = TlsClientContext::Create(options);
    CHECK_OK(context.status());
    return *context;
  }
  // For a.test and 127.0.0.1, and who trusts it.
  std::shared_ptr<TlsServerContext> Server() { return Server({.certificate = Good()}); }
  std::shared_ptr<TlsClientContext> Client() { return Client({.ca_pem = authority_.pem()}); }
  TlsCertificate Good() const {
    return authority_.Issue(
        {.common_name = "good", .alternative_names = "DNS:a.test,IP:127.0.0.1"});
  }

  // Both ends, or the test dies.
  struct Pair {
    TlsStream client;
    TlsStream server;
  };
  Task<Pair> Connected();

  // Reads once; errors are their message.
  static Task<std::string> Get(TlsStream& stream);

  const Authority authority_{"authority"};
};

}  // namespace rondo::net

#endif  // RONDO_TESTS_PLUGINS_NET_TLS_FIXTURE_H_
