#include "benchmarks/common/measure.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "benchmarks/common/allocations.h"

namespace bench {
namespace {

int64_t Nanos(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

void Require(bool ok, const char* what) {
  if (ok) return;
  fprintf(stderr, "failed: %s\n", what);
  exit(1);
}

std::string Word(int argc, char** argv, int index) {
  Require(index < argc, "an argument that names the variant");
  return argv[index];
}

int64_t Number(int argc, char** argv, int index, int64_t otherwise) {
  if (index >= argc) return otherwise;
  char* end = nullptr;
  const int64_t number = strtoll(argv[index], &end, 10);
  Require(end != argv[index] && *end == '\0' && number >= 0, "a number as argument");
  return number;
}

int64_t NowNanos() { return Nanos(CLOCK_MONOTONIC); }

Usage UsageNow() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return {.wall_ns = NowNanos(),
          .cpu_ns = Nanos(CLOCK_PROCESS_CPUTIME_ID),
          .allocations = AllocationCount(),
          .context_switches = usage.ru_nvcsw + usage.ru_nivcsw};
}

int64_t ResidentBytes() {
  FILE* file = fopen("/proc/self/statm", "r");
  int64_t pages = 0;
  Require(file != nullptr && fscanf(file, "%*s %ld", &pages) == 1, "/proc/self/statm");
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

void Report::Add(const char* name, int64_t value) {
  text_ += (text_.empty() ? "\"" : ", \"") + std::string(name) + "\": " + std::to_string(value);
}

void Report::Add(const char* name, double value) {
  char number[32];
  snprintf(number, sizeof(number), "%.6g", value);
  text_ += (text_.empty() ? "\"" : ", \"") + std::string(name) + "\": " + number;
}

void Report::Print() {
  printf("{%s}\n", text_.c_str());
  fflush(stdout);
}

Report Measurement::End(int64_t operations) const {
  const Usage end = UsageNow();
  Report report;
  report.Add("operations", operations);
  report.Add("wall_ns", end.wall_ns - begin_.wall_ns);
  report.Add("cpu_ns", end.cpu_ns - begin_.cpu_ns);
  report.Add("allocations", end.allocations - begin_.allocations);
  report.Add("context_switches", end.context_switches - begin_.context_switches);
  return report;
}

void Distribution::AddTo(Report& report, const std::string& name) {
  Require(!nanos_.empty(), "something measured");
  std::sort(nanos_.begin(), nanos_.end());
  const size_t last = nanos_.size() - 1;
  report.Add((name + "_p50_ns").c_str(), nanos_[last / 2]);
  report.Add((name + "_p99_ns").c_str(), nanos_[last * 99 / 100]);
  report.Add((name + "_max_ns").c_str(), nanos_[last]);
}

}  // namespace bench
