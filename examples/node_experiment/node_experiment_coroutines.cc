// The experiment of node_experiment.cc with coroutines: what follows something stands below it.
//
//   $ bazel run //examples:node_experiment_coroutines

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
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
#include "runtime/awaitables.h"
#include "runtime/main.h"
#include "runtime/task_group.h"

namespace rondo::experiment {
namespace {

struct Experiment {
  Runtime& runtime;
  Journal& journal;
  const Options& options;

  Task<void> Timer(int millis, std::string text) {
    if ((co_await Sleep(absl::Milliseconds(millis))).ok()) journal.Write(text);
  }

  Task<void> NestedTimers() {
    co_await Timer(3000, "3000 ms timer");
    co_await Timer(500, "nested 500 ms timer");
  }

  Task<absl::Status> Read(std::string name) {
    auto text = co_await runtime.Submit(ReadSlowly{name, options.file, options.disk_pause});
    if (text.ok()) journal.Write(name, " done: ", text->size(), " bytes");
    co_return text.status();
  }

  Task<absl::Status> ReadAndSeal() {
    if (absl::Status status = co_await Read("read 1"); !status.ok()) co_return status;
    auto text = co_await runtime.Submit(fs::ReadFile{.path = options.file});
    if (!text.ok()) co_return text.status();
    const std::string summary = Summarize(*text);
    journal.Write("read 3 done: ", summary);
    auto key = co_await runtime.Submit(
        crypto::Scrypt{.password = crypto::Secret(options.password), .salt = RandomSalt()});
    if (!key.ok()) co_return key.status();
    journal.Write("key derived from the password");
    auto sealed = co_await runtime.Submit(crypto::Seal{.key = *key, .plaintext = summary});
    if (sealed.ok()) journal.Write("sealed: ", Excerpt(*sealed));
    co_return sealed.status();
  }

  Task<absl::Status> Get() {
    std::string url = options.url.value_or("");
    if (!options.url.has_value()) {
      auto listener = co_await runtime.Submit(net::Listen{.address = net::Address::Loopback()});
      if (!listener.ok()) co_return listener.status();
      url = absl::StrCat("http://", listener->local_address().ToString(), "/page");
      runtime.Spawn(ServeSlowly(*std::move(listener)), "server");
    }
    auto page = co_await runtime.Submit(http::Get{.url = url}, {.timeout = options.patience});
    if (!page.ok()) co_return GetError(page.status(), url);
    journal.Write("GET ", url, ": ", page->status, ", ", page->body);
    co_return absl::OkStatus();
  }

  Task<int> Run() {
    journal.Start(runtime);
    absl::Status status = runtime.AddPlugin(std::make_unique<SlowDiskPlugin>(journal));
    status.Update(co_await WithTaskGroup([this](TaskGroup& group) -> Task<absl::Status> {
      runtime.SetImmediate([this] { journal.Write("immediate 1"); });
      runtime.SetImmediate([this] { journal.Write("immediate 2"); });
      group.Spawn(NestedTimers());
      group.Spawn(Timer(1000, "1000 ms timer"));
      group.Spawn(ReadAndSeal());
      group.Spawn(Read("read 2"));
      co_return co_await Get();
    }));
    (status.ok() ? std::cout << Report(runtime.Stats()) : std::cerr << status.message() << "\n");
    co_return status.ok() ? 0 : 1;
  }
};

}  // namespace
}  // namespace rondo::experiment

int main(int argc, char** argv) {
  using namespace rondo::experiment;
  const Options options = ParseOptions(argc, argv);
  Journal journal;
  return rondo::Main([&](rondo::Runtime& runtime) -> rondo::Task<int> {
    co_return co_await Experiment{runtime, journal, options}.Run();
  });
}
