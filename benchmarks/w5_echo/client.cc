// The client of all echo servers. On each connection DEPTH messages of 64 bytes are on their way;
// every byte that comes back is compared.
//
//   client PORT CONNECTIONS DEPTH MESSAGES [PID]
//
// With the server's process id it also tells what the server has used meanwhile, and how much its
// memory grows with a connection that has been used and is idle.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "benchmarks/common/echo.h"
#include "benchmarks/common/measure.h"

namespace {

using bench::kMessage;
using bench::Require;

// The server, as /proc and its clock show it.
class Server {
 public:
  explicit Server(int64_t pid) : pid_(pid) {}

  bool known() const { return pid_ != 0; }

  int64_t CpuNanos() const {
    clockid_t clock;
    timespec time;
    Require(clock_getcpuclockid(static_cast<pid_t>(pid_), &clock) == 0 &&
                clock_gettime(clock, &time) == 0,
            "the server's clock");
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }

  int64_t ResidentBytes() const {
    int64_t pages = 0;
    ForEachLine("statm", [&](const char* line) { sscanf(line, "%*s %ld", &pages); });
    return pages * sysconf(_SC_PAGESIZE);
  }

  int64_t ContextSwitches() const {
    int64_t sum = 0;
    ForEachLine("status", [&](const char* line) {
      int64_t count = 0;
      if (sscanf(line, "voluntary_ctxt_switches: %ld", &count) == 1 ||
          sscanf(line, "nonvoluntary_ctxt_switches: %ld", &count) == 1) {
        sum += count;
      }
    });
    return sum;
  }

 private:
  template <typename F>
  void ForEachLine(const char* name, F f) const {
    FILE* file = fopen(("/proc/" + std::to_string(pid_) + "/" + name).c_str(), "r");
    Require(file != nullptr, "the server in /proc");
    char line[256];
    while (fgets(line, sizeof(line), file) != nullptr) f(line);
    fclose(file);
  }

  const int64_t pid_;
};

struct Connection {
  int fd = -1;
  int64_t unsent = 0;   // messages of this round
  int64_t awaited = 0;  // bytes
  uint64_t sent_bytes = 0;
  uint64_t received_bytes = 0;
};

class Client {
 public:
  explicit Client(int port, int64_t depth)
      : port_(port), depth_(depth), epoll_fd_(epoll_create1(EPOLL_CLOEXEC)) {
    // What is sent is a piece of this, which begins where the last piece ended.
    for (size_t i = 0; i < sizeof(pattern_); ++i) pattern_[i] = static_cast<char>(i * 7 + i / 256);
  }
  ~Client() {
    for (const Connection& connection : connections_) close(connection.fd);
    close(epoll_fd_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Connect(int64_t count) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int64_t i = 0; i < count; ++i) {
      const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      Require(fd >= 0, "a socket: too many descriptors?");
      Require(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0, "connect");
      const int one = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
      epoll_event event = {.events = EPOLLIN, .data = {.u64 = connections_.size()}};
      Require(epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
      connections_.push_back({.fd = fd});
    }
  }

  // Sends `messages` on each connection and waits for them.
  void Exchange(int64_t messages) {
    size_t busy = connections_.size();
    for (Connection& connection : connections_) {
      connection.unsent = messages;
      connection.awaited = messages * static_cast<int64_t>(kMessage);
      Send(connection, std::min(depth_, messages));
    }
    while (busy > 0) {
      epoll_event events[256];
      const int count = epoll_wait(epoll_fd_, events, 256, -1);
      for (int i = 0; i < count; ++i) {
        if (Receive(connections_[events[i].data.u64])) --busy;
      }
    }
  }

 private:
  static constexpr uint64_t kPeriod = 65536;

  void Send(Connection& connection, int64_t messages) {
    if (messages == 0) return;
    const size_t size = static_cast<size_t>(messages) * kMessage;
    const ssize_t sent =
        send(connection.fd, pattern_ + connection.sent_bytes % kPeriod, size, MSG_NOSIGNAL);
    Require(sent == static_cast<ssize_t>(size), "send");
    connection.sent_bytes += size;
    connection.unsent -= messages;
  }

  // Whether the connection has received all of its messages.
  bool Receive(Connection& connection) {
    char buffer[bench::kEchoBuffer];
    const ssize_t size = recv(connection.fd, buffer, sizeof(buffer), 0);
    Require(size > 0, "the server answers");
    Require(memcmp(buffer, pattern_ + connection.received_bytes % kPeriod,
                   static_cast<size_t>(size)) == 0,
            "what comes back is what was sent");
    const uint64_t messages_before = connection.received_bytes / kMessage;
    connection.received_bytes += static_cast<uint64_t>(size);
    connection.awaited -= size;
    const auto messages =
        static_cast<int64_t>(connection.received_bytes / kMessage - messages_before);
    Send(connection, std::min(messages, connection.unsent));
    return connection.awaited == 0;
  }

  const int port_;
  const int64_t depth_;
  const int epoll_fd_;
  char pattern_[kPeriod + bench::kEchoBuffer];
  std::vector<Connection> connections_;
};

}  // namespace

int main(int argc, char** argv) {
  const int port = static_cast<int>(bench::Number(argc, argv, 1, 0));
  const int64_t connections = bench::Number(argc, argv, 2, 1);
  const int64_t depth = bench::Number(argc, argv, 3, 1);
  const int64_t messages =
      std::max<int64_t>(1, bench::Number(argc, argv, 4, 100'000) / connections);
  const Server server(bench::Number(argc, argv, 5, 0));

  Client client(port, depth);
  client.Connect(1);
  client.Exchange(100);
  const int64_t memory_of_one = server.known() ? server.ResidentBytes() : 0;
  client.Connect(connections - 1);
  client.Exchange(1);
  const int64_t memory_of_all = server.known() ? server.ResidentBytes() : 0;
  client.Exchange(depth);

  const int64_t cpu = server.known() ? server.CpuNanos() : 0;
  const int64_t switches = server.known() ? server.ContextSwitches() : 0;
  const int64_t begin = bench::NowNanos();
  client.Exchange(messages);
  bench::Report report;
  report.Add("operations", messages * connections);
  report.Add("wall_ns", bench::NowNanos() - begin);
  if (server.known()) {
    report.Add("cpu_ns", server.CpuNanos() - cpu);
    report.Add("context_switches", server.ContextSwitches() - switches);
    if (connections > 1) {
      report.Add("bytes_per_connection", static_cast<double>(memory_of_all - memory_of_one) /
                                             static_cast<double>(connections - 1));
    }
  }
  report.Print();
}
