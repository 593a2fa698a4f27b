// Asks for names, all at once, and prints a line for each answer.
//
//   $ bazel run //examples:resolve -- localhost example.org
//   $ bazel run //examples:resolve -- --type=srv _xmpp-client._tcp.example.org
//   $ bazel run //examples:resolve -- --server=127.0.0.1:5353 --type=names 192.0.2.1

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "plugins/net/net.h"
#include "plugins/net/net_plugin.h"
#include "runtime/runtime.h"
#include "runtime/runtime_builder.h"
#include "runtime/task.h"
#include "runtime/task_group.h"

ABSL_FLAG(std::string, type, "addresses", "addresses, ipv4, ipv6, srv, txt or names.");
ABSL_FLAG(std::string, server, "", "Whom to ask, as IP:PORT; empty: those of /etc/resolv.conf.");
ABSL_FLAG(absl::Duration, timeout, absl::Seconds(10), "How long to wait for each answer.");

namespace rondo {
namespace {

using Lines = std::vector<std::string>;

template <typename Request>
Task<absl::StatusOr<typename Request::Result>> Ask(Runtime& runtime, Request request) {
  co_return co_await runtime.Submit(std::move(request), {.timeout = absl::GetFlag(FLAGS_timeout)});
}

Task<absl::StatusOr<Lines>> Addresses(Runtime& runtime, std::string name,
                                      net::ResolveFamily family) {
  absl::StatusOr<net::HostAddresses> found =
      co_await Ask(runtime, net::Resolve{.host = name, .family = family});
  if (!found.ok()) co_return found.status();
  Lines lines;
  for (const net::Address& address : found->addresses) {
    lines.push_back(absl::StrCat(address.ip(), " for ", absl::FormatDuration(found->ttl)));
  }
  co_return lines;
}

Task<absl::StatusOr<Lines>> Services(Runtime& runtime, std::string name) {
  absl::StatusOr<std::vector<net::Service>> found =
      co_await Ask(runtime, net::ResolveServices{.name = name});
  if (!found.ok()) co_return found.status();
  Lines lines;
  for (const net::Service& service : *found) {
    lines.push_back(absl::StrCat(service.host, ":", service.port, " priority ", service.priority,
                                 " weight ", service.weight));
  }
  co_return lines;
}

Task<absl::StatusOr<Lines>> Texts(Runtime& runtime, std::string name) {
  absl::StatusOr<Lines> found = co_await Ask(runtime, net::ResolveTexts{.name = name});
  if (!found.ok()) co_return found.status();
  for (std::string& text : *found) text = absl::StrCat("\"", absl::CEscape(text), "\"");
  co_return found;
}

Task<absl::StatusOr<Lines>> Names(Runtime& runtime, std::string ip) {
  absl::StatusOr<net::Address> address = net::Address::FromIp(ip);
  if (!address.ok()) co_return address.status();
  co_return co_await Ask(runtime, net::ReverseResolve{.address = *address});
}

Task<absl::StatusOr<Lines>> Find(Runtime& runtime, std::string name) {
  const std::string type = absl::GetFlag(FLAGS_type);
  if (type == "srv") co_return co_await Services(runtime, name);
  if (type == "txt") co_return co_await Texts(runtime, name);
  if (type == "names") co_return co_await Names(runtime, name);
  using enum net::ResolveFamily;
  if (type == "addresses") co_return co_await Addresses(runtime, name, kAny);
  if (type == "ipv4") co_return co_await Addresses(runtime, name, kIpv4);
  if (type == "ipv6") co_return co_await Addresses(runtime, name, kIpv6);
  co_return absl::InvalidArgumentError(absl::StrCat("--type=", type, ": no such type"));
}

struct Answer {
  std::string name;
  absl::StatusOr<Lines> lines;
};

Task<void> FindAll(Runtime& runtime, std::vector<Answer>& answers) {
  (co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
    for (Answer& answer : answers) {
      group.Spawn([](Runtime& r, Answer& o) -> Task<void> { o.lines = co_await Find(r, o.name); }(
                                                runtime, answer));
    }
    co_return absl::OkStatus();
  })).IgnoreError();
}

absl::StatusOr<net::NameServers> Servers() {
  net::NameServers servers;
  if (const std::string text = absl::GetFlag(FLAGS_server); !text.empty()) {
    absl::StatusOr<net::Address> address = net::Address::Parse(text);
    if (!address.ok()) return address.status();
    servers.servers.push_back(*address);
  }
  return servers;
}

// Whether all was found.
absl::StatusOr<bool> Run(std::vector<Answer> answers) {
  absl::StatusOr<net::NameServers> servers = Servers();
  if (!servers.ok()) return servers.status();
  absl::StatusOr<std::unique_ptr<Runtime>> runtime =
      Runtime::Builder().Add(std::make_unique<net::NetPlugin>(*servers)).Build();
  if (!runtime.ok()) return runtime.status();
  (*runtime)->Spawn(FindAll(**runtime, answers), "resolve");
  if (absl::Status status = (*runtime)->Run(); !status.ok()) return status;
  bool all = true;
  for (const Answer& answer : answers) {
    if (!answer.lines.ok()) {
      std::cerr << answer.lines.status().message() << std::endl;
      all = false;
      continue;
    }
    for (const std::string& line : *answer.lines) {
      std::cout << answer.name << ": " << line << std::endl;
    }
  }
  return all;
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  std::vector<rondo::Answer> answers;
  for (size_t i = 1; i < arguments.size(); ++i) {
    answers.push_back({.name = arguments[i], .lines = rondo::Lines()});
  }
  const absl::StatusOr<bool> all = rondo::Run(std::move(answers));
  if (!all.ok()) std::cerr << all.status().message() << std::endl;
  return all.ok() && *all ? 0 : 1;
}
