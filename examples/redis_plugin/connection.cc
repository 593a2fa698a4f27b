#include "connection.h"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace redis {
namespace {

absl::string_view TextOf(const redisReply& reply) { return {reply.str, reply.len}; }

absl::StatusOr<Reply> ToReply(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_NIL:
      return Reply{.nil = true};
    case REDIS_REPLY_INTEGER:
      return Reply{.integer = reply.integer};
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_STRING:
      return Reply{.text = std::string(TextOf(reply))};
    case REDIS_REPLY_ERROR:
      return absl::InvalidArgumentError(absl::StrCat("redis.command: ", TextOf(reply)));
    case REDIS_REPLY_ARRAY:
      break;
    default:
      return absl::UnimplementedError(
          absl::StrCat("redis.command: an answer of the unknown type ", reply.type));
  }
  Reply result;
  for (size_t i = 0; i < reply.elements; ++i) {
    absl::StatusOr<Reply> element = ToReply(*reply.element[i]);
    if (!element.ok()) return element.status();
    if (reply.element[i]->type == REDIS_REPLY_ARRAY) {
      return absl::UnimplementedError("redis.command: the answer is an array of arrays");
    }
    const bool is_integer = reply.element[i]->type == REDIS_REPLY_INTEGER;
    result.list.push_back(is_integer ? absl::StrCat(element->integer) : std::move(element->text));
  }
  return result;
}

}  // namespace

// A command that was sent, until hiredis has called OnReply, which it does in any case.
struct Connection::Pending {
  Connection& connection;
  rondo::Completion<Reply> done;
};

Connection::Connection(rondo::Loop& loop, const Options& options)
    : FdWatch(loop),
      server_(options.socket.empty() ? absl::StrCat(options.address, ":", options.port)
                                     : options.socket),
      options_(options) {
  // A connection that nobody waits for does not keep the program alive; a command does.
  Unref();
}

Connection::~Connection() {
  if (context_ != nullptr) redisAsyncFree(context_);
}

std::string Connection::Describe() const {
  return absl::StrCat("redis ", server_, context_ == nullptr ? ", not connected" : "", ", ",
                      pending_, " commands under way");
}

void Connection::Send(Command command, rondo::Completion<Reply> done) {
  if (command.args.empty()) {
    return done.Complete(absl::InvalidArgumentError("redis.command: args: the command is missing"));
  }
  if (absl::Status status = Connect(); !status.ok()) return done.Complete(status);
  std::vector<const char*> args;
  std::vector<size_t> sizes;
  for (const std::string& arg : command.args) {
    args.push_back(arg.data());
    sizes.push_back(arg.size());
  }
  auto pending = std::make_unique<Pending>(*this, std::move(done));
  if (redisAsyncCommandArgv(context_, &OnReply, pending.get(), static_cast<int>(args.size()),
                            args.data(), sizes.data()) != REDIS_OK) {
    return pending->done.Complete(Broken(*context_));
  }
  ++pending_;
  // What was sent cannot be taken back: its answer will find nobody.
  pending->done.OnCancel([p = pending.release()] {
    p->done.Complete(absl::CancelledError("redis.command: nobody waits for the answer"));
  });
}

absl::Status Connection::Connect() {
  if (context_ != nullptr) return absl::OkStatus();
  redisAsyncContext* const context =
      options_.socket.empty() ? redisAsyncConnect(options_.address.c_str(), options_.port)
                              : redisAsyncConnectUnix(options_.socket.c_str());
  if (context == nullptr) return absl::ResourceExhaustedError("redis: out of memory");
  if (context->err != 0) {
    const absl::Status status = Broken(*context);
    redisAsyncFree(context);
    return status;
  }
  context_ = context;
  context->ev.data = this;
  context->ev.addRead = [](void* self) {
    auto* connection = static_cast<Connection*>(self);
    connection->Want(connection->wanted_ | rondo::Readiness::kReadable);
  };
  context->ev.addWrite = [](void* self) {
    auto* connection = static_cast<Connection*>(self);
    connection->Want(connection->wanted_ | rondo::Readiness::kWritable);
  };
  context->ev.delRead = [](void* self) {
    auto* connection = static_cast<Connection*>(self);
    connection->Want(connection->wanted_ & rondo::Readiness::kWritable);
  };
  context->ev.delWrite = [](void* self) {
    auto* connection = static_cast<Connection*>(self);
    connection->Want(connection->wanted_ & rondo::Readiness::kReadable);
  };
  // Before it closes the socket.
  context->ev.cleanup = [](void* self) {
    auto* connection = static_cast<Connection*>(self);
    connection->Want({});
    connection->context_ = nullptr;
  };
  // hiredis asks for the first event only if there is somebody who wants to know that it connected.
  redisAsyncSetConnectCallback(context, [](const redisAsyncContext*, int) {});
  return absl::OkStatus();
}

absl::Status Connection::Broken(const redisAsyncContext& context) const {
  return absl::UnavailableError(absl::StrCat("redis ", server_, ": ",
                                             context.errstr == nullptr || *context.errstr == '\0'
                                                 ? "the connection was closed"
                                                 : context.errstr));
}

void Connection::OnReply(redisAsyncContext* context, void* reply, void* data) {
  const std::unique_ptr<Pending> pending(static_cast<Pending*>(data));
  --pending->connection.pending_;
  if (!pending->done) return;
  if (reply == nullptr) return pending->done.Complete(pending->connection.Broken(*context));
  pending->done.Complete(ToReply(*static_cast<redisReply*>(reply)));
}

void Connection::Want(rondo::Readiness interest) {
  if (interest == wanted_ || context_ == nullptr) return;
  absl::Status status;
  if (interest.empty()) {
    Stop();
  } else if (wanted_.empty()) {
    // Not at the edge: hiredis need not read all that there is.
    status = Start(context_->c.fd, interest, rondo::Trigger::kLevel);
  } else {
    status = Modify(interest);
  }
  wanted_ = status.ok() ? interest : rondo::Readiness();
}

void Connection::OnReady(rondo::Readiness ready) {
  using rondo::Readiness;
  // Each of them may find that the connection has ended, and free the context.
  if (ready.Has(Readiness::kWritable)) redisAsyncHandleWrite(context_);
  if (context_ != nullptr && ready != Readiness(Readiness::kWritable)) {
    redisAsyncHandleRead(context_);
  }
}

}  // namespace redis
