#include "examples/node_experiment/slow_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "plugins/http/message.h"
#include "plugins/http/server.h"
#include "runtime/awaitables.h"

namespace rondo::experiment {
namespace {

Task<http::Response> AnswerLate(const http::Request& request) {
  absl::Status slept = co_await Sleep(absl::Seconds(2));
  if (!slept.ok()) co_return http::Response{.status = 503};
  co_return http::Response{.body = absl::StrCat("here is ", request.target, ", at last")};
}

}  // namespace

Task<absl::Status> ServeSlowly(net::TcpListener listener) {
  return http::Serve(std::move(listener), &AnswerLate);
}

}  // namespace rondo::experiment
