// What all programs of the benchmarks measure alike, and the line in which they report it.
#ifndef RONDO_BENCHMARKS_COMMON_MEASURE_H_
#define RONDO_BENCHMARKS_COMMON_MEASURE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

// Ends the program with `what` on stderr unless `ok`: a benchmark that computes something wrong
// has measured nothing.
void Require(bool ok, const char* what);

// The arguments of a program: a word that names the variant, and sizes.
std::string Word(int argc, char** argv, int index);
// REQUIRES: a whole number that is not negative; `otherwise` when there is none.
int64_t Number(int argc, char** argv, int index, int64_t otherwise);

// CLOCK_MONOTONIC, in nanoseconds.
int64_t NowNanos();

// What the process has used up to now.
struct Usage {
  int64_t wall_ns;
  int64_t cpu_ns;  // of all threads
  int64_t allocations;
  int64_t context_switches;
};
Usage UsageNow();

int64_t ResidentBytes();

// A line of JSON on stdout.
class Report {
 public:
  void Add(const char* name, int64_t value);
  void Add(const char* name, double value);
  void Print();

 private:
  std::string text_;
};

// Measures from its construction to End.
//
//   Measurement measurement;
//   Work(operations);
//   Report report = measurement.End(operations);
//   report.Print();
class Measurement {
 public:
  Measurement() : begin_(UsageNow()) {}
  Report End(int64_t operations) const;

 private:
  Usage begin_;
};

// Many durations, of which the median, the 99th percentile and the largest are reported. Adding
// one allocates nothing.
class Distribution {
 public:
  explicit Distribution(int64_t count) { nanos_.reserve(static_cast<size_t>(count)); }
  void Add(int64_t nanos) { nanos_.push_back(nanos); }
  // As NAME_p50_ns, NAME_p99_ns and NAME_max_ns.
  void AddTo(Report& report, const std::string& name);

 private:
  std::vector<int64_t> nanos_;
};

}  // namespace bench

#endif  // RONDO_BENCHMARKS_COMMON_MEASURE_H_
