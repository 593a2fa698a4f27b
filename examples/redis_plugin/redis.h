// Redis, as the plugin's users see it.
#ifndef REDIS_PLUGIN_REDIS_H_
#define REDIS_PLUGIN_REDIS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace redis {

// What a server answers. Which members count depends on the command.
struct Reply {
  bool nil = false;
  int64_t integer = 0;
  std::string text = {};
  std::vector<std::string> list = {};  // Of an array, each element as a text.

  void VisitFields(rondo::FieldVisitor& visit) {
    visit("nil", nil);
    visit("integer", integer);
    visit("text", text);
    visit("list", list);
  }
};

// Sends a command and waits for the answer. Commands are sent in the order in which they were
// submitted, over one connection and without waiting for the answers to those before (pipelining).
//
// A command whose connection breaks is UNAVAILABLE, and may have been executed or not; the next one
// makes a new connection.
// Errors: UNAVAILABLE (no server, or the connection broke), INVALID_ARGUMENT (what the server
// objects to; no command), UNIMPLEMENTED (an array of arrays).
struct Command {
  static constexpr absl::string_view kKind = "redis.command";
  using Result = Reply;
  std::vector<std::string> args = {};

  void VisitFields(rondo::FieldVisitor& visit) {
    visit("args", args, {.required = true, .help = "the command and its arguments"});
  }
};

}  // namespace redis

#endif  // REDIS_PLUGIN_REDIS_H_
