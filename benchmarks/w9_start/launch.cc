// Starts a program again and again, and waits for its end.
//
//   launch TIMES PROGRAM [ARGUMENT...]

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdint>

#include "benchmarks/common/measure.h"

extern char** environ;

namespace {

struct Children {
  int64_t cpu_ns = 0;
  int64_t context_switches = 0;
  int64_t resident_bytes = 0;  // at most
};

int64_t Nanos(const timeval& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_usec * 1000;
}

void Launch(char** program, Children& children) {
  pid_t pid;
  bench::Require(posix_spawn(&pid, program[0], nullptr, nullptr, program, environ) == 0, "spawn");
  int status;
  rusage usage;
  bench::Require(wait4(pid, &status, 0, &usage) == pid && status == 0, "the program succeeds");
  children.cpu_ns += Nanos(usage.ru_utime) + Nanos(usage.ru_stime);
  children.context_switches += usage.ru_nvcsw + usage.ru_nivcsw;
  children.resident_bytes = std::max<int64_t>(children.resident_bytes, usage.ru_maxrss * 1024);
}

}  // namespace

int main(int argc, char** argv) {
  const int64_t times = bench::Number(argc, argv, 1, 100);
  bench::Require(argc > 2, "a program");
  Children warm_up;
  for (int i = 0; i < 3; ++i) Launch(argv + 2, warm_up);
  Children children;
  const int64_t begin = bench::NowNanos();
  for (int64_t i = 0; i < times; ++i) Launch(argv + 2, children);
  bench::Report report;
  report.Add("operations", times);
  report.Add("wall_ns", bench::NowNanos() - begin);
  report.Add("cpu_ns", children.cpu_ns);
  report.Add("context_switches", children.context_switches);
  report.Add("resident_bytes", children.resident_bytes);
  report.Print();
}
