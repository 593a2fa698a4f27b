// A room: what one writes, all the others read. Who reads too slowly is shown out, so that one of
// them takes neither the time nor the memory of the rest.
//
//   $ bazel run //examples:chat -- --port=7000
//   listening on 127.0.0.1:7000
//   $ socat - TCP:127.0.0.1:7000        # as often as you like

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "plugins/net/buffered_reader.h"
#include "plugins/net/byte_budget.h"
#include "plugins/net/net.h"
#include "plugins/net/write_queue.h"
#include "runtime/main.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/task_group.h"

ABSL_FLAG(uint16_t, port, 0, "Where to listen, on the loopback interface; 0: any free port.");
ABSL_FLAG(int64_t, connections, -1, "How many guests to serve before it ends; -1: no end.");
ABSL_FLAG(uint64_t, guest_bytes, 256 << 10, "How far behind a guest may be before he is dropped.");
ABSL_FLAG(uint64_t, room_bytes, 64 << 20, "How far behind all of them together may be.");

namespace rondo {
namespace {

constexpr size_t kMaxLine = 4096;

class Room {
 public:
  Room() : budget_(absl::GetFlag(FLAGS_room_bytes)) {}

  // Until he leaves, or is shown out.
  Task<void> Host(net::TcpStream stream) {
    Guest guest(std::move(stream), budget_);
    guests_.insert(&guest);
    Tell(nullptr, absl::StrCat("* ", guest.name, " enters, ", guests_.size(), " are here\n"));
    const absl::Status status = co_await Listen(guest);
    guests_.erase(&guest);
    // The end of what he says is no error.
    if (!status.ok() && !absl::IsOutOfRange(status)) std::cerr << status.message() << std::endl;
    Tell(nullptr, absl::StrCat("* ", guest.name, " has left\n"));
  }

 private:
  struct Guest {
    Guest(net::TcpStream s, net::ByteBudget& budget)
        : stream(std::move(s)),
          name(stream.peer_address().ToString()),
          queue(stream,
                {.high_mark = absl::GetFlag(FLAGS_guest_bytes), .low_mark = 0, .budget = &budget}) {
    }

    net::TcpStream stream;
    const std::string name;
    net::WriteQueue queue;
  };

  Task<absl::Status> Listen(Guest& guest) {
    net::BufferedReader reader(guest.stream);
    for (;;) {
      absl::StatusOr<std::string> line = co_await reader.ReadUntil("\n", kMaxLine);
      if (!line.ok()) co_return line.status();
      Tell(&guest, absl::StrCat(guest.name, ": ", *line, "\n"));
    }
  }

  // All but `from`. The text is in memory once, however many have yet to read it.
  void Tell(const Guest* from, std::string text) {
    const absl::Cord message(std::move(text));
    for (Guest* guest : guests_) {
      if (guest == from || guest->stream.closed()) continue;
      if (absl::Status status = guest->queue.TryWrite(message); !status.ok())
        ShowOut(*guest, status);
    }
  }

  // Host gets on then, and finds out by itself.
  static void ShowOut(Guest& guest, const absl::Status& why) {
    if (absl::IsResourceExhausted(why)) {
      std::cerr << "dropped " << guest.name << ": " << why.message() << std::endl;
    }
    guest.stream.Reset();
  }

  net::ByteBudget budget_;
  absl::flat_hash_set<Guest*> guests_;
};

Task<absl::Status> Open(Runtime& runtime) {
  absl::StatusOr<net::TcpListener> listener = co_await runtime.Submit(
      net::Listen{.address = net::Address::Loopback(absl::GetFlag(FLAGS_port))});
  if (!listener.ok()) co_return listener.status();
  std::cout << "listening on " << listener->local_address().ToString() << std::endl;
  Room room;
  co_return co_await WithTaskGroup([&](TaskGroup& guests) -> Task<absl::Status> {
    for (int64_t left = absl::GetFlag(FLAGS_connections); left != 0; --left) {
      absl::StatusOr<net::TcpStream> stream = co_await listener->Accept();
      if (!stream.ok()) co_return stream.status();
      guests.Spawn(room.Host(*std::move(stream)));
    }
    co_return absl::OkStatus();
  });
}

Task<int> Run(Runtime& runtime) {
  const absl::Status status = co_await Open(runtime);
  if (!status.ok()) std::cerr << status.message() << std::endl;
  co_return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace rondo

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return rondo::Main(&rondo::Run);
}
