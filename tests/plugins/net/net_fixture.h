// What the tests of net and http build on.
#ifndef RONDO_TESTS_PLUGINS_NET_NET_FIXTURE_H_
#define RONDO_TESTS_PLUGINS_NET_NET_FIXTURE_H_

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "plugins/net/name_servers.h"
#include "plugins/net/net.h"
#include "plugins/net/tcp_listener.h"
#include "plugins/net/tcp_stream.h"
#include "poller/poller.h"
#include "runtime/runtime.h"
#include "runtime/runtime_builder.h"
#include "runtime/task.h"
#include "tests/plugins/net/peer.h"

namespace rondo::net {

// A stream and who is at its other end.
struct Connected {
  TcpStream stream;
  Peer peer;
};

struct ConnectedStreams {
  TcpStream a;
  TcpStream b;
};

namespace internal {

class TurnAwaiter {
 public:
  bool await_ready() const { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> handle) {
    handle.promise().scope()->loop().SetImmediate([handle] { handle.resume(); });
  }
  void await_resume() const {}
};

}  // namespace internal

// A runtime with the plugin net. Fails when a test leaves something pending, or a descriptor.
class NetFixture : public testing::Test {
 public:
  // Must work, or the test dies.
  Task<Connected> Connect();

 protected:
  NetFixture();

  // Makes another runtime, that asks these name servers, and with what `extend` adds.
  void Build(
      const NameServers& name_servers,
      absl::FunctionRef<void(Runtime::Builder&)> extend = [](Runtime::Builder&) {});

  // Runs `test`, and whatever it started, to the end.
  void Run(absl::AnyInvocable<Task<void>()> test);

  void TearDown() override;

  // These must work, or the test dies.
  Task<TcpListener> ListenOn(Address address = Address::Loopback());
  Task<ConnectedStreams> ConnectStreams();

  // Reads once; errors are "(CODE)".
  static Task<std::string> Read(TcpStream& stream, size_t size = 65536);
  static Task<std::string> ReadAll(TcpStream& stream);

  // Suspends until the loop has looked for events once more, even if nothing happens.
  static internal::TurnAwaiter NextTurn() { return {}; }

  int64_t turn() const { return runtime->loop().turn(); }
  Poller::Stats poller_stats() const { return poller_->stats(); }

  std::unique_ptr<Runtime> runtime;

 private:
  const size_t fds_before_;
  Poller* poller_ = nullptr;
};

}  // namespace rondo::net

#endif  // RONDO_TESTS_PLUGINS_NET_NET_FIXTURE_H_
