// A name server for tests, in the loop of the runtime under test.
#ifndef RONDO_TESTS_PLUGINS_NET_FAKE_NAME_SERVER_H_
#define RONDO_TESTS_PLUGINS_NET_FAKE_NAME_SERVER_H_

#include <sys/socket.h>

#include <cstddef>
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

inline constexpr int kDnsTypeA = 1;
inline constexpr int kDnsTypeAaaa = 28;

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

  // Answers to questions of this type are kept until Release; 0: of none.
  int held_type = 0;
  void Release();
  size_t held() const { return held_.size(); }

 private:
  struct Held {
    sockaddr_storage to;
    socklen_t to_size;
    std::string answer;
  };
  void Answer();

  int fd_;
  Address address_;
  std::optional<FdHandle> handle_;
  std::vector<Held> held_;
};

}  // namespace rondo::net

#endif  // RONDO_TESTS_PLUGINS_NET_FAKE_NAME_SERVER_H_
