#include "plugins/http/server.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "plugins/http/headers.h"
#include "plugins/http/parser.h"
#include "plugins/net/tcp_stream.h"
#include "runtime/awaitables.h"
#include "runtime/loop.h"
#include "runtime/task_group.h"
#include "runtime/with_timeout.h"

namespace rondo::http {
namespace {

constexpr size_t kReadSize = 64 << 10;
constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// How long a client that was refused may go on sending before it is cut off.
constexpr absl::Duration kLinger = absl::Seconds(1);

// What all connections of a server share. Outlives them.
class Server {
 public:
  Server(Loop& loop, net::TcpListener listener, Handler handler, const ServerOptions& options)
      : loop_(loop),
        listener_(std::move(listener)),
        handler_(std::move(handler)),
        options_(options),
        buffer_(kReadSize, '\0') {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Accepts connections and serves them in `group`, until the listener fails or as many are open
  // as may be. In that case the end of one begins this again.
  Task<absl::Status> Accept(TaskGroup& group);

  Handler& handler() { return handler_; }
  const ServerOptions& options() const { return options_; }

  // One for all, as a coroutine uses up what it has read before it waits again.
  absl::Span<char> buffer() { return absl::MakeSpan(buffer_); }

  // Now, as the header Date has it.
  absl::string_view date() {
    const int64_t now = absl::ToUnixSeconds(loop_.clock().CalendarTime());
    if (now != date_seconds_ || date_.empty()) {
      date_seconds_ = now;
      date_ = absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::FromUnixSeconds(now),
                               absl::UTCTimeZone());
    }
    return date_;
  }

 private:
  Task<void> ServeConnection(net::TcpStream stream, TaskGroup& group);

  Loop& loop_;
  net::TcpListener listener_;
  Handler handler_;
  const ServerOptions options_;
  size_t connections_ = 0;
  bool accepting_ = false;
  std::string buffer_;
  int64_t date_seconds_ = 0;
  std::string date_;
};

bool SetByServer(absl::string_view name) {
  for (absl::string_view own : {"Connection", "Content-Length", "Date", "Transfer-Encoding"}) {
    if (absl::EqualsIgnoreCase(name, own)) return true;
  }
  return false;
}

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

// What is said about the connection; nothing when HTTP/1.1 goes on.
constexpr absl::string_view kClose = "close";
constexpr absl::string_view kKeepAlive = "keep-alive";

std::string ResponseText(Server& server, const Response& response, bool head,
                         absl::string_view connection) {
  std::string text =
      absl::StrCat("HTTP/1.1 ", response.status, " ",
                   response.reason.empty() ? ReasonPhrase(response.status) : response.reason,
                   "\r\nDate: ", server.date(), "\r\n");
  for (const Headers::Field& field : response.headers) {
    if (!SetByServer(field.name)) absl::StrAppend(&text, field.name, ": ", field.value, "\r\n");
  }
  if (HasBody(response.status)) {
    absl::StrAppend(&text, "Content-Length: ", response.body.size(), "\r\n");
  }
  if (!connection.empty()) absl::StrAppend(&text, "Connection: ", connection, "\r\n");
  text += "\r\n";
  if (HasBody(response.status) && !head) text += response.body;
  return text;
}

Response ErrorResponse(int status, absl::string_view why) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = absl::StrCat(why, "\n")};
}

Response Refusal(const RequestParser& parser, const absl::Status& status) {
  if (absl::IsDeadlineExceeded(status)) return ErrorResponse(408, "the request took too long");
  if (absl::IsUnimplemented(status)) return ErrorResponse(501, status.message());
  if (!absl::IsResourceExhausted(status)) return ErrorResponse(400, status.message());
  return ErrorResponse(parser.headers_done() ? 413 : 431, status.message());
}

bool MayBeSent(const Response& response) {
  return response.status >= 200 && response.status <= 999 && response.headers.Validate().ok() &&
         Headers{{"reason", response.reason}}.Validate().ok();
}

Task<Response> Answer(Handler& handler, const Request& request) {
  try {
    Response response = co_await handler(request);
    if (MayBeSent(response)) co_return response;
    LOG(ERROR) << request.method << " " << request.target
               << ": the handler's response cannot be sent";
  } catch (const std::exception& exception) {
    LOG(ERROR) << request.method << " " << request.target << ": exception: " << exception.what();
  } catch (...) {
    LOG(ERROR) << request.method << " " << request.target << ": exception of an unknown type";
  }
  co_return ErrorResponse(500, "internal server error");
}

Task<absl::Status> Drain(net::TcpStream& stream, absl::Span<char> buffer) {
  for (;;) {
    absl::StatusOr<size_t> size = co_await stream.Read(buffer);
    if (!size.ok() || *size == 0) co_return size.status();
  }
}

// One connection.
class Connection {
 public:
  Connection(Server& server, net::TcpStream stream)
      : server_(server), stream_(std::move(stream)), parser_(server.options().limits) {}

  // Serves it until it is over, for whatever reason.
  Task<void> Run();

 private:
  enum class Part { kHead, kWhole };

  // Reads the next request. False when there is none: the client is gone, or said nothing.
  // Errors: those of RequestParser, and DEADLINE_EXCEEDED.
  Task<absl::StatusOr<bool>> Receive();
  // Reads until that much of the request is there.
  Task<absl::StatusOr<bool>> ReadUntil(Part part);
  bool Has(Part part) const {
    return parser_.done() || (part == Part::kHead && parser_.headers_done());
  }
  // Takes what it can from what was read already.
  absl::Status ParseAhead(Part part);

  // Whether it was sent, and another may follow.
  Task<bool> Send(const Response& response, bool head, absl::string_view connection);
  Task<void> SayGoodbye();

  Server& server_;
  net::TcpStream stream_;
  RequestParser parser_;
  std::string ahead_;      // What was read beyond the last request,
  size_t ahead_used_ = 0;  // and how much of it is used up.
};

Task<void> Connection::Run() {
  for (;;) {
    absl::StatusOr<bool> received = co_await Receive();
    if (!received.ok()) {
      co_await Send(Refusal(parser_, received.status()), /*head=*/false, kClose);
      break;
    }
    if (!*received) co_return;
    // Who speaks HTTP/1.0 would not expect it to stay.
    const absl::string_view kept = parser_.http_1_0() ? kKeepAlive : "";
    const Request request = parser_.Take();
    const Response response = co_await Answer(server_.handler(), request);
    const bool keep = request.keep_alive && !response.headers.HasToken("Connection", "close");
    if (!co_await Send(response, request.method == "HEAD", keep ? kept : kClose)) break;
  }
  co_await SayGoodbye();
}

Task<absl::StatusOr<bool>> Connection::Receive() {
  const struct {
    Part part;
    absl::Duration timeout;
  } steps[] = {{Part::kHead, server_.options().head_timeout},
               {Part::kWhole, server_.options().body_timeout}};
  for (const auto& step : steps) {
    // What has come with the request before needs no timer.
    if (absl::Status status = ParseAhead(step.part); !status.ok()) co_return status;
    if (Has(step.part)) continue;
    absl::StatusOr<bool> read = co_await WithTimeout(ReadUntil(step.part), step.timeout);
    // A server that ends says nothing more, and there is nothing to say to who said nothing.
    if ((co_await CurrentScope()).cancelled()) co_return false;
    if (absl::IsDeadlineExceeded(read.status()) && parser_.idle()) co_return false;
    if (!read.ok() || !*read) co_return read;
  }
  co_return true;
}

absl::Status Connection::ParseAhead(Part part) {
  while (!Has(part) && ahead_used_ < ahead_.size()) {
    absl::StatusOr<size_t> used = parser_.Parse(absl::string_view(ahead_).substr(ahead_used_));
    if (!used.ok()) return used.status();
    ahead_used_ += *used;
  }
  return absl::OkStatus();
}

Task<absl::StatusOr<bool>> Connection::ReadUntil(Part part) {
  if (parser_.expects_continue()) {
    if (absl::Status status = co_await stream_.Write(kContinue); !status.ok()) co_return false;
  }
  while (!Has(part)) {
    absl::StatusOr<size_t> size = co_await stream_.Read(server_.buffer());
    if (absl::IsDeadlineExceeded(size.status())) co_return size.status();
    if (!size.ok() || *size == 0) co_return false;
    const absl::string_view data(server_.buffer().data(), *size);
    absl::StatusOr<size_t> used = parser_.Parse(data);
    if (!used.ok()) co_return used.status();
    ahead_.assign(data.substr(*used));
    ahead_used_ = 0;
  }
  co_return true;
}

Task<bool> Connection::Send(const Response& response, bool head, absl::string_view connection) {
  const std::string text = ResponseText(server_, response, head, connection);
  absl::Status status = co_await stream_.Write(text);
  co_return status.ok() && connection != kClose;
}

// Closing a connection on which the client still sends would reset it, and the client might lose
// the answer. So this side ends first, and reads until the other has ended, too.
Task<void> Connection::SayGoodbye() {
  if (!stream_.ShutdownWrite().ok()) co_return;
  absl::Status status = co_await WithTimeout(Drain(stream_, server_.buffer()), kLinger);
  VLOG(2) << "closed: " << status;
}

Task<absl::Status> Server::Accept(TaskGroup& group) {
  accepting_ = true;
  while (connections_ < std::max(options_.max_connections, size_t{1})) {
    absl::StatusOr<net::TcpStream> stream = co_await listener_.Accept();
    if (!stream.ok()) co_return stream.status();
    ++connections_;
    group.Spawn(ServeConnection(*std::move(stream), group));
  }
  accepting_ = false;
  co_return absl::OkStatus();
}

Task<void> Server::ServeConnection(net::TcpStream stream, TaskGroup& group) {
  {
    Connection connection(*this, std::move(stream));
    co_await connection.Run();
  }
  --connections_;
  if (accepting_) co_return;
  // Not on the stack of this one, as the next may end as soon.
  co_await NextTick();
  if (!accepting_ && !(co_await CurrentScope()).cancelled()) group.Spawn(Accept(group));
}

}  // namespace

Task<absl::Status> Serve(net::TcpListener listener, Handler handler, ServerOptions options) {
  Loop& loop = (co_await CurrentScope()).loop();
  Server server(loop, std::move(listener), std::move(handler), options);
  co_return co_await WithTaskGroup([&](TaskGroup& group) { return server.Accept(group); });
}

}  // namespace rondo::http
