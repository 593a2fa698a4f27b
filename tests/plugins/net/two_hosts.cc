#include "tests/plugins/net/two_hosts.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rondo::net {
namespace {

constexpr char kTun[] = "/dev/net/tun";
constexpr char kDevice[] = "link0";

OwnedFd ThisNamespace() {
  OwnedFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  PCHECK(fd.ok());
  return fd;
}

// The kernel takes it in one call, or refuses it.
absl::Status Put(const char* file, absl::string_view text) {
  const OwnedFd fd(::open(file, O_WRONLY | O_CLOEXEC));
  if (fd.ok() && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) {
    return absl::OkStatus();
  }
  return absl::ErrnoToStatus(errno,
                             absl::StrCat("write ", file, ", to become root of a user namespace"));
}

// Becomes root, of nothing but its own namespaces.
absl::Status BecomeRootOfAUserNamespace() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
    return absl::PermissionDeniedError(
        "this user may not make network namespaces: run the test as root, or allow it by "
        "sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=1000");
  }
  for (const auto& [file, text] :
       {std::pair("/proc/self/setgroups", std::string("deny")),
        std::pair("/proc/self/uid_map", absl::StrCat("0 ", uid, " 1")),
        std::pair("/proc/self/gid_map", absl::StrCat("0 ", gid, " 1"))}) {
    absl::Status status = Put(file, text);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Command(const std::string& command) {
  CHECK_EQ(std::system(command.c_str()), 0) << command << "; is iproute2 installed? Run setup.sh";
}

// A device through which the namespace sends and receives by this descriptor.
OwnedFd MakeDevice() {
  OwnedFd fd(::open(kTun, O_RDWR | O_NONBLOCK | O_CLOEXEC));
  PCHECK(fd.ok()) << kTun;
  ifreq request = {};
  absl::string_view(kDevice).copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  PCHECK(::ioctl(fd.get(), TUNSETIFF, &request) == 0);
  return fd;
}

}  // namespace

absl::Status TwoHosts::Allow() {
  if (!OwnedFd(::open(kTun, O_RDWR | O_CLOEXEC)).ok()) {
    return absl::ErrnoToStatus(errno, absl::StrCat("open ", kTun, ", as this user"));
  }
  if (::unshare(CLONE_NEWNET) == 0) return absl::OkStatus();
  return BecomeRootOfAUserNamespace();
}

TwoHosts::TwoHosts(Loop& loop)
    : loop_(loop), home_(ThisNamespace()), arrival_(loop, [this] { Deliver(); }) {
  for (const Host host : {kA, kB}) {
    PCHECK(::unshare(CLONE_NEWNET) == 0);
    namespaces_[host].emplace(ThisNamespace());
    OwnedFd device = MakeDevice();
    Command(absl::StrCat("ip link set lo up && ip address add ", AddressOf(host).ip(), " peer ",
                         AddressOf(host == kA ? kB : kA).ip(), " dev ", kDevice, " && ip link set ",
                         kDevice, " up"));
    devices_[host].emplace(loop, device.Release(), "link");
    devices_[host]->Unref();
    CHECK_OK(devices_[host]->Start(
        Readiness::kReadable, [this, host](Readiness) { Carry(host); }, Trigger::kLevel));
  }
  arrival_.Unref();
}

TwoHosts::~TwoHosts() { PCHECK(::setns(home_.get(), CLONE_NEWNET) == 0); }

void TwoHosts::Enter(Host host) { PCHECK(::setns(namespaces_[host]->get(), CLONE_NEWNET) == 0); }

Address TwoHosts::AddressOf(Host host) {
  return *Address::FromIp(host == kA ? "10.77.0.1" : "10.77.0.2");
}

void TwoHosts::SetUp(Host host, bool up) {
  Enter(host);
  Command(absl::StrCat("ip link set ", kDevice, up ? " up" : " down"));
}

void TwoHosts::Carry(Host from) {
  char packet[65536];
  const ssize_t size = ::read(devices_[from]->fd(), packet, sizeof(packet));
  if (size <= 0 || (packet[0] >> 4) != 4) return;  // Hosts of IPv6 look for one another.
  if (cut || lose()) {
    ++lost;
    return;
  }
  on_the_way_.push_back({.due_nanos = loop_.clock().NowNanos() + absl::ToInt64Nanoseconds(delay),
                         .to = from == kA ? kB : kA,
                         .bytes = std::string(packet, static_cast<size_t>(size))});
  Deliver();
}

void TwoHosts::Deliver() {
  while (!on_the_way_.empty() && on_the_way_.front().due_nanos <= loop_.clock().NowNanos()) {
    const Packet& packet = on_the_way_.front();
    // One that is down takes nothing.
    if (::write(devices_[packet.to]->fd(), packet.bytes.data(), packet.bytes.size()) > 0) ++carried;
    on_the_way_.pop_front();
  }
  if (!on_the_way_.empty()) arrival_.StartAt(on_the_way_.front().due_nanos);
}

}  // namespace rondo::net
