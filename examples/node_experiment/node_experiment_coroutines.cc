// The experiment of node_experiment.cc with coroutines: what follows something stands below it.
//
//   $ bazel run //examples:node_experiment_coroutines

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <variant>

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
#include "runtime/when_any.h"

namespace rondo::experiment {
namespace {

struct Experiment {
  const Options options;
  Journal journal = {};
  Runtime* runtime = nullptr;

  Task<absl::Status> Timer(absl::Duration time, std::string text) {
    absl::Status status = co_await Sleep(time);
    if (status.ok()) journal.Write(text);
    co_return status;
  }

  Task<absl::Status> NestedTimers() {
    absl::Status status = co_await Timer(absl::Milliseconds(3000), "3000 ms timer");
    if (status.ok()) status = co_await Timer(absl::Milliseconds(500), "nested 500 ms timer");
    co_return status;
  }

  Task<absl::Status> Read(std::string name) {
    auto text = co_await runtime->Submit(ReadSlowly{name, options.file, options.disk_pause});
    if (text.ok()) journal.Write(name, " done: ", text->size(), " bytes");
    co_return text.status();
  }

  Task<absl::Status> ReadAndSeal() {
    if (absl::Status status = co_await Read("read 1"); !status.ok()) co_return status;
    auto text = co_await runtime->Submit(fs::ReadFile{.path = options.file});
    if (!text.ok()) co_return text.status();
    const std::string summary = Summarize(*text);
    journal.Write("read 3 done: ", summary);

    auto key = co_await runtime->Submit(
        crypto::Scrypt{.password = crypto::Secret(options.password), .salt = RandomSalt()});
    if (!key.ok()) co_return key.status();
    journal.Write("key derived from the password");
    auto sealed = co_await runtime->Submit(crypto::Seal{.key = *key, .plaintext = summary});
    if (sealed.ok()) journal.Write("sealed: ", Excerpt(*sealed));
    co_return sealed.status();
  }

  Task<absl::Status> Get(std::string url) {
    auto page = co_await runtime->Submit(http::Get{.url = url}, {.timeout = absl::Seconds(10)});
    if (page.ok()) journal.Write("GET ", url, ": ", page->status, ", ", page->body);
    co_return page.status();
  }

  Task<absl::Status> GetFromOwnServer() {
    auto listener = co_await runtime->Submit(net::Listen{.address = net::Address::Loopback()});
    if (!listener.ok()) co_return listener.status();
    std::string url = absl::StrCat("http://", listener->local_address().ToString(), "/page");
    auto first = co_await WhenAny(Get(std::move(url)), ServeSlowly(*std::move(listener)));
    co_return std::visit([](const absl::Status& status) { return status; }, first);
  }

  Task<absl::Status> RunAll(TaskGroup& group) {
    runtime->SetImmediate([this] { journal.Write("immediate 1"); });
    runtime->SetImmediate([this] { journal.Write("immediate 2"); });
    group.Spawn(NestedTimers());
    group.Spawn(Timer(absl::Milliseconds(1000), "1000 ms timer"));
    group.Spawn(ReadAndSeal());
    group.Spawn(Read("read 2"));
    group.Spawn(options.url.empty() ? GetFromOwnServer() : Get(options.url));
    co_return absl::OkStatus();
  }

  Task<int> Run(Runtime& rt) {
    runtime = &rt;
    journal.Start(rt);
    absl::Status status = rt.AddPlugin(std::make_unique<SlowDiskPlugin>(journal));
    if (status.ok()) status = co_await WithTaskGroup([&](TaskGroup& g) { return RunAll(g); });
    (status.ok() ? std::cout << Report(rt.Stats()) : std::cerr << status.message() << "\n");
    co_return status.ok() ? 0 : 1;
  }
};

}  // namespace
}  // namespace rondo::experiment

int main(int argc, char** argv) {
  rondo::experiment::Experiment experiment{rondo::experiment::ParseOptions(argc, argv)};
  return rondo::Main([&](rondo::Runtime& runtime) { return experiment.Run(runtime); });
}
