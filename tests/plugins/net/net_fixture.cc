#include "tests/plugins/net/net_fixture.h"

#include <dirent.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "plugins/net/net_plugin.h"

namespace rondo::net {
namespace {

size_t CountFds() {
  DIR* dir = opendir("/proc/self/fd");
  CHECK(dir != nullptr);
  size_t count = 0;
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

}  // namespace

NetFixture::NetFixture() : fds_before_(CountFds()) { Build({}); }

void NetFixture::Build(const NameServers& name_servers,
                       absl::FunctionRef<void(Runtime::Builder&)> extend) {
  runtime = nullptr;
  absl::StatusOr<std::unique_ptr<Poller>> poller = Poller::Create();
  CHECK_OK(poller.status());
  poller_ = poller->get();
  Runtime::Builder builder;
  builder.Threads(1).Use(*std::move(poller)).Add(std::make_unique<NetPlugin>(name_servers));
  extend(builder);
  absl::StatusOr<std::unique_ptr<Runtime>> built = builder.Build();
  CHECK_OK(built.status());
  runtime = *std::move(built);
}

void NetFixture::Run(absl::AnyInvocable<Task<void>()> test) {
  runtime->Spawn(test(), "test");
  const absl::Status status = runtime->Run();
  EXPECT_TRUE(status.ok()) << status;
}

void NetFixture::TearDown() {
  if (runtime != nullptr) {
    for (const ActiveItem& item : runtime->DumpActive()) {
      ADD_FAILURE() << "left pending: " << item.what;
    }
  }
  runtime = nullptr;
  EXPECT_EQ(CountFds(), fds_before_);
}

Task<TcpListener> NetFixture::ListenOn(Address address) {
  absl::StatusOr<TcpListener> listener = co_await runtime->Submit(Listen{.address = address});
  CHECK_OK(listener.status());
  co_return *std::move(listener);
}

Task<Connected> NetFixture::Connect() {
  TcpListener listener = co_await ListenOn();
  Peer peer = Peer::Connect(listener.local_address());
  absl::StatusOr<TcpStream> stream = co_await listener.Accept();
  CHECK_OK(stream.status());
  co_return Connected{*std::move(stream), std::move(peer)};
}

Task<ConnectedStreams> NetFixture::ConnectStreams() {
  TcpListener listener = co_await ListenOn();
  absl::StatusOr<TcpStream> a =
      co_await runtime->Submit(net::Connect::To(listener.local_address()));
  CHECK_OK(a.status());
  absl::StatusOr<TcpStream> b = co_await listener.Accept();
  CHECK_OK(b.status());
  co_return ConnectedStreams{*std::move(a), *std::move(b)};
}

Task<std::string> NetFixture::Read(TcpStream& stream, size_t size) {
  std::string buffer(size, '\0');
  absl::StatusOr<size_t> read = co_await stream.Read(absl::MakeSpan(buffer));
  if (!read.ok()) co_return absl::StrCat("(", absl::StatusCodeToString(read.status().code()), ")");
  buffer.resize(*read);
  co_return buffer;
}

Task<std::string> NetFixture::ReadAll(TcpStream& stream) {
  std::string all;
  for (;;) {
    std::string data = co_await Read(stream);
    if (data.empty()) co_return all;
    all += data;
    if (data[0] == '(') co_return all;
  }
}

}  // namespace rondo::net
