// A name server for tests, in the loop of the runtime under test.
#ifndef RONDO_TESTS_PLUGINS_NET_FAKE_NAME_SERVER_H_
#define RONDO_TESTS_PLUGINS_NET_FAKE_NAME_SERVER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "plugins/net/address.h"
#include "runtime/fd_handle.h"
#include "runtime/loop.h"

namespace rondo::net {

// A name as packets have it.
std::string DnsName(absl::string_view name);

// Answers questions over UDP on a free port of an address of this host.
class FakeNameServer {
 public:
  explicit FakeNameServer(const Address& on = Address::Loopback());
  ~FakeNameServer() { Close(); }

  const Address& address() const { return address_; }
  // Serves on `loop`, without keeping it alive, until Stop.
  void ServeOn(Loop& loop);
  void Stop() { handle_.reset(); }
  void Close();

  // What is not here does not exist.
  std::map<std::string, std::vector<std::string>> names;  // To IP addresses.
  // By name and type, the data of records of other types, as they are sent.
  std::map<std::pair<std::string, int>, std::vector<std::string>> records;
  int ttl = 0;                       // Of every record, in seconds.
  std::vector<std::string> silent;   // No answer.
  std::vector<std::string> garbled;  // An answer that makes no sense.
  std::vector<std::string> failing;  // SERVFAIL.
  int questions = 0;

 private:
  void Answer();

  int fd_;
  Address address_;
  std::optional<FdHandle> handle_;
};

}  // namespace rondo::net

#endif  // RONDO_TESTS_PLUGINS_NET_FAKE_NAME_SERVER_H_
