// hiredis on Rondo's loop.
#ifndef REDIS_PLUGIN_CONNECTION_H_
#define REDIS_PLUGIN_CONNECTION_H_

#include <hiredis/async.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "redis.h"
#include "redis_plugin.h"
#include "runtime/completion.h"
#include "runtime/fd_watch.h"

namespace redis {

// One connection at a time to a server, made when it is needed. hiredis owns the socket and says
// what it wants to know of it; the loop tells it. That is all it takes to bring a library's own
// descriptor into the loop.
//
// Loop thread only. The loop outlives it. Destroying it ends what is under way with UNAVAILABLE.
class Connection final : private rondo::FdWatch {
 public:
  Connection(rondo::Loop& loop, const Options& options);
  ~Connection() override;

  void Send(Command command, rondo::Completion<Reply> done);

  std::string Describe() const override;

 private:
  struct Pending;

  absl::Status Connect();
  absl::Status Broken(const redisAsyncContext& context) const;
  static void OnReply(redisAsyncContext* context, void* reply, void* pending);

  // What hiredis asks for. It may do so several times, and for both directions at once.
  void Want(rondo::Readiness interest);
  void OnReady(rondo::Readiness ready) override;

  const std::string server_;
  const Options options_;
  redisAsyncContext* context_ = nullptr;  // hiredis frees it when the connection ends.
  rondo::Readiness wanted_ = {};
  int64_t pending_ = 0;
};

}  // namespace redis

#endif  // REDIS_PLUGIN_CONNECTION_H_
