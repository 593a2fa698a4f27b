#include "plugins/http/parser.h"

#include <algorithm>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plugins/http/url.h"

namespace rondo::http {
namespace internal {

// llhttp's callbacks. They return HPE_USER to stop, after Fail.
struct Parser::Callbacks {
  static Parser& Self(llhttp_t* state) { return *static_cast<Parser*>(state->data); }
  static int Result(bool ok) { return ok ? HPE_OK : HPE_USER; }

  static int OnMessageBegin(llhttp_t* state) {
    Self(state).begun_ = true;
    return HPE_OK;
  }
  static int OnStart(llhttp_t* state, const char* data, size_t size) {
    Parser& self = Self(state);
    self.start_.append(data, size);
    return HPE_OK;
  }
  static int OnHeaderField(llhttp_t* state, const char* data, size_t size) {
    Parser& self = Self(state);
    self.name_.append(data, size);
    return HPE_OK;
  }
  static int OnHeaderValue(llhttp_t* state, const char* data, size_t size) {
    Parser& self = Self(state);
    self.value_.append(data, size);
    return HPE_OK;
  }
  static int OnHeaderValueComplete(llhttp_t* state) {
    Self(state).AddField();
    return HPE_OK;
  }
  // Parse looks at them then, when the guard has seen all of them.
  static int OnHeadersComplete(llhttp_t* /*state*/) { return HPE_PAUSED; }
  static int OnChunkHeader(llhttp_t* state) {
    Self(state).guard_.BeginChunk(state->content_length);
    return HPE_OK;
  }
  static int OnBody(llhttp_t* state, const char* data, size_t size) {
    return Result(Self(state).AddBody({data, size}));
  }
  static int OnMessageComplete(llhttp_t* state) {
    Parser& self = Self(state);
    if (self.interim()) {
      // The guard goes on counting: a server cannot do this for ever.
      self.Clear();
      self.begun_ = true;
      return HPE_OK;
    }
    self.done_ = true;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t* Settings() {
    static const llhttp_settings_t settings = [] {
      llhttp_settings_t s;
      llhttp_settings_init(&s);
      s.on_message_begin = &OnMessageBegin;
      s.on_url = &OnStart;
      s.on_status = &OnStart;
      s.on_header_field = &OnHeaderField;
      s.on_header_value = &OnHeaderValue;
      s.on_header_value_complete = &OnHeaderValueComplete;
      s.on_headers_complete = &OnHeadersComplete;
      s.on_chunk_header = &OnChunkHeader;
      s.on_body = &OnBody;
      s.on_message_complete = &OnMessageComplete;
      return s;
    }();
    return &settings;
  }
};

Parser::Parser(llhttp_type_t type, const Limits& limits)
    : max_body_bytes_(static_cast<uint64_t>(std::max(limits.max_body_bytes, int64_t{0}))),
      guard_(limits.max_header_bytes) {
  llhttp_init(&state_, type, Callbacks::Settings());
  state_.data = this;
}

void Parser::Reset() {
  Clear();
  guard_.Reset();
}

void Parser::Clear() {
  start_.clear();
  headers_ = {};
  body_.clear();
  name_.clear();
  value_.clear();
  done_ = begun_ = headers_done_ = false;
  content_length_ = -1;
}

absl::StatusOr<size_t> Parser::Parse(absl::string_view data) {
  DCHECK(!done_) << "take the message first";
  if (!status_.ok()) return status_;
  const char* at = data.data();
  const char* const end = at + data.size();
  unguarded_ = at;
  for (;;) {
    const llhttp_errno_t error = llhttp_execute(&state_, at, static_cast<size_t>(end - at));
    if (error != HPE_OK && error != HPE_PAUSED) {
      if (status_.ok()) status_ = Malformed(error);
      return status_;
    }
    at = error == HPE_OK ? end : llhttp_get_error_pos(&state_);
    if (!Guard(at)) return status_;
    if (error == HPE_OK) return data.size();
    // It pauses at the end of the headers and of the message.
    llhttp_resume(&state_);
    if (done_) return static_cast<size_t>(at - data.data());
    if (!HeadersComplete()) return status_;
  }
}

absl::Status Parser::Malformed(llhttp_errno_t error) const {
  const char* reason = llhttp_get_error_reason(&state_);
  return absl::DataLossError(
      absl::StrCat("malformed message: ",
                   reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(error)));
}

absl::Status Parser::ClosedEarly() const {
  std::string where;
  if (!begun_) {
    where = "before a byte of the message";
  } else if (!headers_done_) {
    where = "within the headers";
  } else if (content_length_ >= 0) {
    where = absl::StrCat("after ", body_.size(), " of ", content_length_, " body bytes");
  } else {
    where = absl::StrCat("after ", body_.size(), " body bytes, before the last chunk");
  }
  return absl::UnavailableError(absl::StrCat("connection closed ", where));
}

bool Parser::Fail(absl::Status status) {
  status_ = std::move(status);
  done_ = false;
  return false;
}

bool Parser::Guard(const char* end) {
  absl::Status status = guard_.Frame({unguarded_, static_cast<size_t>(end - unguarded_)});
  unguarded_ = end;
  return status.ok() || Fail(std::move(status));
}

void Parser::AddField() {
  // llhttp leaves out what is before a value, but not what is behind it.
  absl::StripTrailingAsciiWhitespace(&value_);
  // What comes after the body changes nothing any more: it is read and dropped.
  if (!headers_done_) headers_.Add(std::move(name_), std::move(value_));
  name_.clear();
  value_.clear();
}

bool Parser::HeadersComplete() {
  headers_done_ = true;
  // llhttp is more tolerant of what it passes on.
  absl::Status valid = headers_.Validate();
  if (!valid.ok()) {
    return Fail(absl::DataLossError(absl::StrCat("malformed message: ", valid.message())));
  }
  if (absl::Status status = CheckFraming(); !status.ok()) return Fail(std::move(status));
  if (absl::Status status = CheckHeaders(); !status.ok()) return Fail(std::move(status));
  if ((state_.flags & F_CONTENT_LENGTH) == 0) return true;
  if (state_.content_length > max_body_bytes_) {
    return Fail(absl::ResourceExhaustedError(absl::StrCat("the body has ", state_.content_length,
                                                          " bytes, more than the ", max_body_bytes_,
                                                          " allowed")));
  }
  content_length_ = static_cast<int64_t>(state_.content_length);
  return true;
}

absl::Status Parser::CheckFraming() const {
  if (state_.http_major != 1 || state_.http_minor > 1) {
    return absl::DataLossError("malformed message: neither HTTP/1.1 nor HTTP/1.0");
  }
  const size_t codings = headers_.Count("Transfer-Encoding");
  if (codings == 0) return absl::OkStatus();
  if (codings > 1 || state_.http_minor == 0 || (state_.flags & F_CHUNKED) == 0) {
    return absl::DataLossError(
        "malformed message: a Transfer-Encoding that leaves open where the body ends");
  }
  const std::string& coding = *headers_.Find("Transfer-Encoding");
  if (absl::EqualsIgnoreCase(coding, "chunked")) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("the transfer coding \"", absl::CEscape(coding), "\" is not known here"));
}

bool Parser::AddBody(absl::string_view data) {
  if (!Guard(data.data())) return false;
  guard_.Body(data.size());
  unguarded_ += data.size();
  if (body_.size() + data.size() > max_body_bytes_) {
    return Fail(absl::ResourceExhaustedError(
        absl::StrCat("the body has more than the ", max_body_bytes_, " bytes allowed")));
  }
  body_.append(data);
  return true;
}

}  // namespace internal

absl::Status ResponseParser::CheckHeaders() {
  // It would begin another protocol, which nobody has asked for.
  if (state().status_code == 101) {
    return absl::DataLossError("malformed message: the server switches protocols unasked");
  }
  return absl::OkStatus();
}

absl::Status ResponseParser::Finish() {
  if (!done() && status().ok()) llhttp_finish(&state());
  if (done()) return absl::OkStatus();
  return status().ok() ? ClosedEarly() : status();
}

Response ResponseParser::Take() {
  DCHECK(done());
  Response response = {.status = state().status_code,
                       .reason = std::move(start_),
                       .headers = std::move(headers_),
                       .body = std::move(body_)};
  Reset();
  return response;
}

absl::Status RequestParser::CheckHeaders() {
  keep_alive_ = llhttp_should_keep_alive(&state()) != 0;
  // An offer to speak another protocol is declined by answering in this one.
  state().upgrade = 0;
  if (absl::Status status = CheckStartLine(); !status.ok()) return status;
  if (guard().folded()) {
    return absl::DataLossError("malformed message: a header goes on in the next line");
  }
  const size_t hosts = headers_.Count("Host");
  if (hosts > 1 || (hosts == 0 && state().http_minor == 1)) {
    return absl::DataLossError(
        absl::StrCat("malformed message: ", hosts, " Host headers instead of one"));
  }
  // It is empty when what is asked for has no host.
  if (hosts == 1 && !headers_.Find("Host")->empty() && !IsAuthority(*headers_.Find("Host"))) {
    return absl::DataLossError(absl::StrCat("malformed message: no host in the header \"Host: ",
                                            absl::CEscape(*headers_.Find("Host")), "\""));
  }
  return absl::OkStatus();
}

// llhttp also takes RTSP and ICE, and any number of spaces.
absl::Status RequestParser::CheckStartLine() const {
  if (guard().start_line() !=
      absl::StrCat(method(), " ", start_, " HTTP/1.", int{state().http_minor})) {
    return absl::DataLossError(absl::StrCat("malformed message: \"",
                                            absl::CEscape(guard().start_line()),
                                            "\" is not how a request begins"));
  }
  // What follows it is the tunnel's, and must not be read for requests.
  if (state().method == HTTP_CONNECT) {
    return absl::UnimplementedError("CONNECT: this server is no proxy");
  }
  return absl::OkStatus();
}

absl::string_view RequestParser::method() const {
  return llhttp_method_name(static_cast<llhttp_method_t>(state().method));
}

Request RequestParser::Take() {
  DCHECK(done());
  Request request = {.method = std::string(method()),
                     .target = std::move(start_),
                     .headers = std::move(headers_),
                     .body = std::move(body_),
                     .keep_alive = keep_alive_};
  Reset();
  return request;
}

}  // namespace rondo::http
