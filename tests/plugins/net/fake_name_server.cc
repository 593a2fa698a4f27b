#include "tests/plugins/net/fake_name_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace rondo::net {
namespace {

constexpr size_t kHeaderSize = 12;
constexpr int kTypeA = kDnsTypeA;
constexpr int kTypeAaaa = kDnsTypeAaaa;

enum Code { kNoError = 0, kServerFailure = 2, kNoSuchName = 3 };

bool Contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::string Big16(int value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

// One record for the question's name, which a pointer to it stands for.
std::string Record(int type, int ttl, absl::string_view data) {
  return absl::StrCat("\xc0\x0c", Big16(type), Big16(1), Big16(ttl >> 16), Big16(ttl & 0xffff),
                      Big16(static_cast<int>(data.size())), data);
}

std::string IpData(int type, const std::string& ip) {
  std::string data(type == kTypeA ? 4 : 16, '\0');
  CHECK_EQ(inet_pton(type == kTypeA ? AF_INET : AF_INET6, ip.c_str(), data.data()), 1);
  return data;
}

}  // namespace

std::string DnsName(absl::string_view name) {
  std::string packed;
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    absl::StrAppend(&packed, std::string(1, static_cast<char>(label.size())), label);
  }
  return packed + '\0';
}

FakeNameServer::FakeNameServer(const Address& on)
    : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  sockaddr_storage storage;
  socklen_t size = on.ToSockaddr(storage);
  auto* address = reinterpret_cast<sockaddr*>(&storage);
  PCHECK(bind(fd_, address, size) == 0);
  PCHECK(getsockname(fd_, address, &size) == 0);
  address_ = *Address::FromSockaddr(address, size);
}

void FakeNameServer::Close() {
  Stop();
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

void FakeNameServer::ServeOn(Loop& loop) {
  handle_.emplace(loop, fcntl(fd_, F_DUPFD_CLOEXEC, 0), "fake name server");
  handle_->Unref();
  CHECK_OK(handle_->Start(Readiness::kReadable, [this](Readiness) { Answer(); }, Trigger::kLevel));
}

void FakeNameServer::Answer() {
  char packet[512];
  sockaddr_storage from;
  socklen_t from_size = sizeof(from);
  const ssize_t size =
      recvfrom(fd_, packet, sizeof(packet), 0, reinterpret_cast<sockaddr*>(&from), &from_size);
  PCHECK(size > static_cast<ssize_t>(kHeaderSize));
  ++questions;
  std::string name;
  size_t at = kHeaderSize;
  while (packet[at] != 0) {
    const auto length = static_cast<size_t>(packet[at]);
    absl::StrAppend(&name, name.empty() ? "" : ".", absl::string_view(packet + at + 1, length));
    at += length + 1;
  }
  const int type = static_cast<unsigned char>(packet[at + 2]);
  const absl::string_view id(packet, 2);
  const absl::string_view question(packet + kHeaderSize, at + 5 - kHeaderSize);
  if (Contains(silent, name)) return;

  int code = kNoError;
  int count = 0;
  std::string records;
  if (Contains(failing, name)) {
    code = kServerFailure;
  } else if (auto data = this->records.find({name, type}); data != this->records.end()) {
    for (const std::string& record : data->second) records += Record(type, ttl, record);
    count = static_cast<int>(data->second.size());
  } else if (auto it = names.find(name); it == names.end()) {
    code = kNoSuchName;
  } else {
    for (const std::string& ip : it->second) {
      const bool is_ipv6 = absl::string_view(ip).find(':') != absl::string_view::npos;
      if (type != (is_ipv6 ? kTypeAaaa : kTypeA)) continue;
      records += Record(type, ttl, IpData(type, ip));
      ++count;
    }
  }
  if (Contains(garbled, name)) {
    code = kNoError;
    count = 7;
    records = "\xc0\xff\x01garbage";
  }
  const std::string answer =
      absl::StrCat(id, "\x81", std::string(1, static_cast<char>(0x80 | code)), Big16(1),
                   Big16(count), Big16(0), Big16(0), question, records);
  if (type == held_type) {
    held_.push_back({.to = from, .to_size = from_size, .answer = answer});
    return;
  }
  PCHECK(sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from),
                from_size) == static_cast<ssize_t>(answer.size()));
}

void FakeNameServer::Release() {
  for (const Held& held : held_) {
    PCHECK(sendto(fd_, held.answer.data(), held.answer.size(), 0,
                  reinterpret_cast<const sockaddr*>(&held.to), held.to_size) > 0);
  }
  held_.clear();
}

}  // namespace rondo::net
