// A program as one writes it for Node: files, timers, immediates, cryptography and HTTP, all at
// once, on one loop. This form uses callbacks; node_experiment_coroutines.cc is the same program
// with coroutines.
//
//   $ bazel run //examples:node_experiment

#include <iostream>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "examples/node_experiment/flags.h"
#include "examples/node_experiment/journal.h"
#include "examples/node_experiment/report.h"
#include "examples/node_experiment/sealing.h"
#include "examples/node_experiment/slow_disk.h"
#include "examples/node_experiment/slow_server.h"
#include "examples/node_experiment/summary.h"
#include "plugins/crypto/crypto.h"
#include "plugins/fs/fs.h"
#include "plugins/http/http.h"
#include "plugins/net/net.h"
#include "plugins/standard.h"
#include "runtime/awaitables.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"

ABSL_FLAG(int, threads, 4, "How many workers the pool has.");

namespace rondo::experiment {
namespace {

class Experiment {
 public:
  Experiment(Runtime& runtime, Journal& journal, Options options)
      : runtime_(runtime), journal_(journal), options_(std::move(options)) {}

  void Start();

  // OK, or why the experiment was given up.
  const absl::Status& status() const { return status_; }

 private:
  void StartTimers();
  void ReadTwice();
  void ReadAgain();
  void Encrypt(std::string text);
  void Seal(crypto::Secret key, std::string text);
  void StartServer();
  Task<void> Serve(net::TcpListener listener);
  void Get(std::string url);

  // A callback that hands a result to `next`, or gives the experiment up.
  template <typename Next>
  auto OrGiveUp(Next next) {
    return [this, next = std::move(next)](auto result) mutable {
      if (!result.ok()) return GiveUp(result.status());
      next(*std::move(result));
    };
  }
  void GiveUp(const absl::Status& status) {
    status_.Update(status);
    runtime_.Stop();
  }

  Runtime& runtime_;
  Journal& journal_;
  const Options options_;
  absl::Status status_;
  std::stop_source stop_server_;
};

void Experiment::Start() {
  for (const char* name : {"immediate 1", "immediate 2"}) {
    runtime_.SetImmediate([this, name] { journal_.Write(name); });
  }
  StartTimers();
  ReadTwice();
  if (options_.url.has_value()) {
    Get(*options_.url);
  } else {
    StartServer();
  }
}

void Experiment::StartTimers() {
  runtime_.SetTimeout(absl::Milliseconds(3000), [this] {
    journal_.Write("3000 ms timer");
    runtime_.SetTimeout(absl::Milliseconds(500), [this] { journal_.Write("nested 500 ms timer"); });
  });
  runtime_.SetTimeout(absl::Milliseconds(1000), [this] { journal_.Write("1000 ms timer"); });
}

void Experiment::ReadTwice() {
  runtime_.Submit(ReadSlowly{"read 1", options_.file, options_.disk_pause},
                  OrGiveUp([this](std::string text) {
                    journal_.Write("read 1 done: ", text.size(), " bytes");
                    ReadAgain();
                  }));
  runtime_.Submit(ReadSlowly{"read 2", options_.file, options_.disk_pause},
                  OrGiveUp([this](std::string text) {
                    journal_.Write("read 2 done: ", text.size(), " bytes");
                  }));
}

void Experiment::ReadAgain() {
  runtime_.Submit(fs::ReadFile{.path = options_.file}, OrGiveUp([this](std::string text) {
                    text = Summarize(text);
                    journal_.Write("read 3 done: ", text);
                    Encrypt(std::move(text));
                  }));
}

void Experiment::Encrypt(std::string text) {
  runtime_.Submit(
      crypto::Scrypt{.password = crypto::Secret(options_.password), .salt = RandomSalt()},
      OrGiveUp([this, text = std::move(text)](crypto::Secret key) mutable {
        journal_.Write("key derived from the password");
        Seal(std::move(key), std::move(text));
      }));
}

void Experiment::Seal(crypto::Secret key, std::string text) {
  runtime_.Submit(
      crypto::Seal{.key = std::move(key), .plaintext = std::move(text)},
      OrGiveUp([this](std::string sealed) { journal_.Write("sealed: ", Excerpt(sealed)); }));
}

void Experiment::StartServer() {
  runtime_.Submit(net::Listen{.address = net::Address::Loopback()},
                  OrGiveUp([this](net::TcpListener listener) {
                    Get(absl::StrCat("http://", listener.local_address().ToString(), "/page"));
                    runtime_.Spawn(Serve(std::move(listener)), "server");
                  }));
}

// Servers are coroutines, and so can be cancelled: here when the GET has its answer.
Task<void> Experiment::Serve(net::TcpListener listener) {
  TaskScope scope(co_await CurrentScope());
  scope.CancelOn(stop_server_.get_token());
  const absl::Status status = co_await ServeSlowly(std::move(listener)).In(scope);
  if (!absl::IsCancelled(status)) GiveUp(status);
}

void Experiment::Get(std::string url) {
  runtime_.Submit(http::Get{.url = url},
                  [this, url](absl::StatusOr<http::Response> page) {
                    if (!page.ok()) return GiveUp(GetError(page.status(), url));
                    journal_.Write("GET ", url, ": ", page->status, ", ", page->body);
                    stop_server_.request_stop();
                  },
                  {.timeout = options_.patience});
}

int Fail(const absl::Status& status) {
  std::cerr << status.message() << "\n";
  return 1;
}

int Run(Options options) {
  Journal journal;
  Runtime::Builder builder;
  AddStandardPlugins(builder);
  builder.Add(std::make_unique<SlowDiskPlugin>(journal)).Threads(absl::GetFlag(FLAGS_threads));
  absl::StatusOr<std::unique_ptr<Runtime>> runtime = builder.Build();
  if (!runtime.ok()) return Fail(runtime.status());

  journal.Start(**runtime);
  Experiment experiment(**runtime, journal, std::move(options));
  (*runtime)->Post([&experiment] { experiment.Start(); });
  if (absl::Status status = (*runtime)->Run(); !status.ok()) return Fail(status);
  if (!experiment.status().ok()) return Fail(experiment.status());
  std::cout << Report((*runtime)->Stats());
  return 0;
}

}  // namespace
}  // namespace rondo::experiment

int main(int argc, char** argv) {
  return rondo::experiment::Run(rondo::experiment::ParseOptions(argc, argv));
}
