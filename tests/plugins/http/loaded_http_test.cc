// http.so and net.so in a program that has neither: each brings its own copy of net's code, and
// streams that one has made are used by the other.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "runtime/runtime.h"

namespace rondo {
namespace {

constexpr char kNet[] = "plugins/net/net.so";
constexpr char kHttp[] = "plugins/http/http.so";

// Answers one request, on a thread of its own.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] { Serve(answer); });
  }
  ~OneAnswer() {
    ::shutdown(fd_, SHUT_RDWR);  // Nobody may have come.
    thread_.join();
    ::close(fd_);
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;

  int port() const { return port_; }

 private:
  void Serve(const std::string& answer) const {
    const int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) return;
    std::string request;
    char some[512];
    while (!absl::StrContains(request, "\r\n\r\n")) {
      const ssize_t size = ::read(peer, some, sizeof some);
      if (size <= 0) break;
      request.append(some, size);
    }
    EXPECT_TRUE(absl::StartsWith(request, "GET /thing HTTP/1.1\r\n")) << request;
    EXPECT_EQ(::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(answer.size()));
    ::close(peer);
  }

  const int fd_;
  int port_ = 0;
  std::thread thread_;
};

class LoadedHttp : public testing::Test {
 protected:
  LoadedHttp() {
    absl::StatusOr<std::unique_ptr<Runtime>> runtime = Runtime::Builder().Threads(1).Build();
    EXPECT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = *std::move(runtime);
  }

  std::unique_ptr<Runtime> runtime_;
};

TEST_F(LoadedHttp, FetchesOverStreamsOfNet) {
  ASSERT_TRUE(runtime_->LoadPlugin(kNet).ok());
  const absl::StatusOr<PluginInfo> http = runtime_->LoadPlugin(kHttp);
  ASSERT_TRUE(http.ok()) << http.status();
  const std::string body(100'000, 'x');
  OneAnswer server(
      absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
  absl::StatusOr<nlohmann::json> outcome = absl::UnknownError("not told");
  runtime_->Call("http.get", {{"url", absl::StrCat("http://127.0.0.1:", server.port(), "/thing")}},
                 [&](absl::StatusOr<nlohmann::json> told) { outcome = std::move(told); });
  ASSERT_TRUE(runtime_->Run().ok());
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ((*outcome)["status"], 200) << *outcome;
  EXPECT_EQ((*outcome)["body"], body);
}

TEST_F(LoadedHttp, NeedsNet) {
  const absl::Status refused = runtime_->LoadPlugin(kHttp).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kNotFound) << refused;
  EXPECT_TRUE(absl::StrContains(refused.message(), "needs the plugin net")) << refused;
  ASSERT_TRUE(runtime_->LoadPlugin(kNet).ok());
  ASSERT_TRUE(runtime_->LoadPlugin(kHttp).ok());
  EXPECT_EQ(runtime_->UnloadPlugin("net").code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(runtime_->UnloadPlugin("http").ok());
  EXPECT_TRUE(runtime_->UnloadPlugin("net").ok());
}

}  // namespace
}  // namespace rondo
