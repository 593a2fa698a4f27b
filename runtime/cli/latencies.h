#ifndef RONDO_RUNTIME_CLI_LATENCIES_H_
#define RONDO_RUNTIME_CLI_LATENCIES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace rondo::cli {

// How long each of many calls took. Keeps all of them, so that percentiles are exact.
class Latencies {
 public:
  void Add(int64_t nanos) { nanos_.push_back(nanos); }

  // "min 12.3us  p50 15us  p90 20us  p99 31us  max 2ms"; empty when there is none.
  std::string ToString() const;

 private:
  std::vector<int64_t> nanos_;
};

}  // namespace rondo::cli

#endif  // RONDO_RUNTIME_CLI_LATENCIES_H_
