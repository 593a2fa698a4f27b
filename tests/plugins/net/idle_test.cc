// What is idle costs nothing.
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/awaitables.h"
#include "runtime/task.h"
#include "runtime/timer.h"
#include "tests/plugins/net/net_fixture.h"
#include "tests/process_state.h"

namespace rondo::net {
namespace {

using Idle = NetFixture;

int64_t SwitchesOfAllThreads() {
  int64_t switches = 0;
  for (const ThreadState& thread : ThreadsCalled("")) switches += thread.switches;
  return switches;
}

TEST_F(Idle, AFarTimerAndConnectionsWithoutTrafficWakeNobody) {
  constexpr absl::Duration kTime = absl::Seconds(5);
  Run([this, kTime]() -> Task<void> {
    Timer far(runtime->loop(), [] {});
    far.Start(absl::Hours(1));
    std::vector<ConnectedStreams> connections;
    for (int i = 0; i < 50; ++i) connections.push_back(co_await ConnectStreams());
    // The pool has worked, too, and whoever looks for more has given up.
    EXPECT_TRUE((co_await ResumeOnPool()).ok());
    co_await ResumeOnLoop();
    EXPECT_TRUE((co_await Sleep(absl::Milliseconds(100))).ok());

    const int64_t turn_before = turn();
    const int64_t switches_before = SwitchesOfAllThreads();
    EXPECT_TRUE((co_await Sleep(kTime)).ok());
    EXPECT_LE(turn() - turn_before, 2) << "one turn that sleeps, and the one that ends it";
    // Those of this thread, and whoever took its processor when it was about to sleep.
    EXPECT_LE(SwitchesOfAllThreads() - switches_before, 5);
  });
}

}  // namespace
}  // namespace rondo::net
