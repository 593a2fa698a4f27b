// What the echo servers and their client agree upon.
//
// A server prints `port NUMBER` when it listens, serves until the last of its connections is
// closed, and then prints what it has used since it started.
#ifndef RONDO_BENCHMARKS_COMMON_ECHO_H_
#define RONDO_BENCHMARKS_COMMON_ECHO_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "benchmarks/common/measure.h"

namespace bench {

constexpr size_t kMessage = 64;
// Of the buffer that a server reads into; more than is ever on its way on one connection.
constexpr size_t kEchoBuffer = 4096;

class EchoServer {
 public:
  void Listens(int port) {
    printf("port %d\n", port);
    fflush(stdout);
  }
  void Opened() { ++open_; }
  // Whether that was the last one.
  bool Closed() { return --open_ == 0; }
  void Echoed(size_t bytes) { bytes_ += static_cast<int64_t>(bytes); }

  void Print() const { measurement_.End(bytes_ / static_cast<int64_t>(kMessage)).Print(); }

 private:
  const Measurement measurement_;
  int64_t open_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_ECHO_H_
