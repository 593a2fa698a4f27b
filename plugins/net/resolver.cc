#include "plugins/net/resolver.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rondo::net::internal {
namespace {

int AddressFamily(Resolve::Family family) {
  switch (family) {
    case Resolve::kAny:
      return AF_UNSPEC;
    case Resolve::kIpv4:
      return AF_INET;
    case Resolve::kIpv6:
      return AF_INET6;
  }
}

// What was asked for, as errors say it.
std::string Subject(const Resolve& request) { return request.host; }
std::string Subject(const ResolveServices& request) { return request.name; }
std::string Subject(const ResolveTexts& request) { return request.name; }
std::string Subject(const ReverseResolve& request) { return request.address.ip(); }

absl::string_view Verb(const Resolve&) { return "resolve"; }
absl::string_view Verb(const ResolveServices&) { return "resolve services of"; }
absl::string_view Verb(const ResolveTexts&) { return "resolve texts of"; }
absl::string_view Verb(const ReverseResolve&) { return "resolve names of"; }

template <typename Request>
absl::Status Error(const Request& request, absl::StatusCode code, absl::string_view why) {
  return absl::Status(
      code, absl::StrCat(Verb(request), " \"", absl::CEscape(Subject(request)), "\": ", why));
}

// One call of c-ares. Frees itself when c-ares calls back, which it always does, once.
template <typename Request>
class Question {
 public:
  using Result = typename Request::Result;

  Question(DnsChannel& channel, Request request, Completion<Result> completion)
      : channel_(channel), request_(std::move(request)), completion_(std::move(completion)) {
    channel_.Awaited();
    completion_.OnCancel([this] { Abandon(); });
  }

  const Request& request() const { return request_; }
  ares_channel channel() const { return channel_.channel(); }

  // Takes the answer, and ends this. `parse` puts what a success has brought into the result, and
  // returns a status of c-ares.
  template <typename Parse>
  void Answer(int ares_status, Parse parse) {
    if (completion_) {
      channel_.Answered();
      Result result;
      if (ares_status == ARES_SUCCESS) {
        ares_status = parse(result);
        if (ares_status == ARES_EBADNAME) ares_status = ARES_EBADRESP;  // It is in the answer.
      }
      if (ares_status == ARES_SUCCESS) {
        completion_.Complete(std::move(result));
      } else {
        completion_.Complete(Error(request_, CodeOf(ares_status), ares_strerror(ares_status)));
      }
    }
    delete this;
  }

 private:
  // c-ares calls back all the same.
  void Abandon() {
    completion_.Complete(Error(request_, absl::StatusCode::kCancelled, "cancelled"));
    channel_.Abandoned();
  }

  DnsChannel& channel_;
  const Request request_;
  Completion<Result> completion_;
};

// For c-ares 1.18, which forgets to free a name of its own when it is asked for IPv6 of a localhost
// that the hosts file has with IPv4 alone: then it is asked for both, and one is dropped.
int FamilyToAskFor(const Resolve& request) {
  const bool localhost = absl::EqualsIgnoreCase(request.host, "localhost") ||
                         absl::EndsWithIgnoreCase(request.host, ".localhost");
  return localhost ? AF_UNSPEC : AddressFamily(request.family);
}

bool IsOf(Resolve::Family family, const Address& address) {
  return family == Resolve::kAny || address.is_ipv6() == (family == Resolve::kIpv6);
}

int ToHostAddresses(const ares_addrinfo& info, Resolve::Family family, HostAddresses& result) {
  int ttl = std::numeric_limits<int>::max();
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr; node = node->ai_next) {
    absl::StatusOr<Address> address = Address::FromSockaddr(node->ai_addr, node->ai_addrlen);
    if (!address.ok() || !IsOf(family, *address)) continue;
    result.addresses.push_back(*address);
    ttl = std::min(ttl, node->ai_ttl);
  }
  for (const ares_addrinfo_cname* alias = info.cnames; alias != nullptr; alias = alias->next) {
    ttl = std::min(ttl, alias->ttl);
  }
  if (result.addresses.empty()) return ARES_ENODATA;
  result.ttl = absl::Seconds(std::max(ttl, 0));  // A TTL above 2^31 counts as zero: RFC 2181.
  return ARES_SUCCESS;
}

// What c-ares has allocated.
struct FreeData {
  void operator()(void* data) const { ares_free_data(data); }
};

int ToServices(const unsigned char* answer, int size, std::vector<Service>& services) {
  ares_srv_reply* list = nullptr;
  const int status = ares_parse_srv_reply(answer, size, &list);
  const std::unique_ptr<ares_srv_reply, FreeData> owner(list);
  if (status != ARES_SUCCESS) return status;
  for (const ares_srv_reply* reply = list; reply != nullptr; reply = reply->next) {
    services.push_back({.host = reply->host,
                        .port = reply->port,
                        .priority = reply->priority,
                        .weight = reply->weight});
  }
  std::sort(services.begin(), services.end(), [](const Service& a, const Service& b) {
    return std::tuple(a.priority, b.weight) < std::tuple(b.priority, a.weight);
  });
  return services.empty() ? ARES_ENODATA : ARES_SUCCESS;
}

int ToTexts(const unsigned char* answer, int size, std::vector<std::string>& texts) {
  ares_txt_ext* list = nullptr;
  const int status = ares_parse_txt_reply_ext(answer, size, &list);
  const std::unique_ptr<ares_txt_ext, FreeData> owner(list);
  if (status != ARES_SUCCESS) return status;
  for (const ares_txt_ext* part = list; part != nullptr; part = part->next) {
    // A record is made of parts of at most 255 bytes.
    if (part->record_start != 0 || texts.empty()) texts.emplace_back();
    texts.back().append(reinterpret_cast<const char*>(part->txt), part->length);
  }
  return texts.empty() ? ARES_ENODATA : ARES_SUCCESS;
}

int ToNames(const hostent& host, std::vector<std::string>& names) {
  // c-ares puts the names of all PTR records among the aliases, and one of them at the head.
  if (host.h_name != nullptr) names.emplace_back(host.h_name);
  for (char** alias = host.h_aliases; alias != nullptr && *alias != nullptr; ++alias) {
    if (std::find(names.begin(), names.end(), *alias) == names.end()) names.emplace_back(*alias);
  }
  return names.empty() ? ARES_ENODATA : ARES_SUCCESS;
}

// How each kind is put to c-ares.

void Put(Question<Resolve>* question) {
  const ares_addrinfo_hints hints = {.ai_flags = 0,
                                     .ai_family = FamilyToAskFor(question->request()),
                                     .ai_socktype = SOCK_STREAM,
                                     .ai_protocol = 0};
  ares_getaddrinfo(
      question->channel(), question->request().host.c_str(), nullptr, &hints,
      [](void* self, int status, int /*timeouts*/, ares_addrinfo* info) {
        auto* const asked = static_cast<Question<Resolve>*>(self);
        const Resolve::Family family = asked->request().family;
        asked->Answer(status, [info, family](HostAddresses& result) {
          return ToHostAddresses(*info, family, result);
        });
        if (info != nullptr) ares_freeaddrinfo(info);
      },
      question);
}

template <typename Request, auto kParse>
void Query(Question<Request>* question, int type) {
  ares_query(
      question->channel(), question->request().name.c_str(), ns_c_in, type,
      [](void* self, int status, int /*timeouts*/, unsigned char* answer, int size) {
        static_cast<Question<Request>*>(self)->Answer(
            status, [=](typename Request::Result& result) { return kParse(answer, size, result); });
      },
      question);
}

void Put(Question<ResolveServices>* question) {
  Query<ResolveServices, &ToServices>(question, ns_t_srv);
}

void Put(Question<ResolveTexts>* question) { Query<ResolveTexts, &ToTexts>(question, ns_t_txt); }

void Put(Question<ReverseResolve>* question) {
  const Address& address = question->request().address;
  sockaddr_storage storage;
  address.ToSockaddr(storage);
  const bool ipv6 = address.is_ipv6();
  const void* ip =
      ipv6 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr)
           : &reinterpret_cast<const sockaddr_in&>(storage).sin_addr;
  ares_gethostbyaddr(
      question->channel(), ip, ipv6 ? sizeof(in6_addr) : sizeof(in_addr), ipv6 ? AF_INET6 : AF_INET,
      [](void* self, int status, int /*timeouts*/, hostent* host) {
        static_cast<Question<ReverseResolve>*>(self)->Answer(
            status, [host](std::vector<std::string>& result) { return ToNames(*host, result); });
      },
      question);
}

template <typename Request>
void Ask(DnsChannel& channel, Request request, Completion<typename Request::Result> completion) {
  const std::string subject = Subject(request);
  if (subject.empty() || subject.find('\0') != std::string::npos) {
    return completion.Complete(Error(request, absl::StatusCode::kInvalidArgument, "not a name"));
  }
  if (absl::Status status = channel.Prepare(); !status.ok()) {
    return completion.Complete(Error(request, status.code(), status.message()));
  }
  Put(new Question<Request>(channel, std::move(request), std::move(completion)));
  channel.Asked();
}

absl::StatusOr<HostAddresses> Literal(const Resolve& request, const Address& address) {
  const bool wanted =
      request.family == Resolve::kAny || address.is_ipv6() == (request.family == Resolve::kIpv6);
  if (wanted) return HostAddresses{.addresses = {address}};
  return Error(request, absl::StatusCode::kNotFound, "an address of the other family");
}

}  // namespace

void Resolver::Start(Resolve request, Completion<HostAddresses> completion) {
  if (absl::StatusOr<Address> address = Address::FromIp(request.host); address.ok()) {
    return completion.Complete(Literal(request, *address));
  }
  Ask(channel_, std::move(request), std::move(completion));
}

void Resolver::Start(ResolveServices request, Completion<std::vector<Service>> completion) {
  Ask(channel_, std::move(request), std::move(completion));
}

void Resolver::Start(ResolveTexts request, Completion<std::vector<std::string>> completion) {
  Ask(channel_, std::move(request), std::move(completion));
}

void Resolver::Start(ReverseResolve request, Completion<std::vector<std::string>> completion) {
  Ask(channel_, std::move(request), std::move(completion));
}

}  // namespace rondo::net::internal
