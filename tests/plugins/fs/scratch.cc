#include "tests/plugins/fs/scratch.h"

#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"

namespace rondo::fs {
namespace {

size_t CountDescriptors() {
  const auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

std::string MakeDirectory() {
  std::string directory = absl::StrCat(testing::TempDir(), "/fs_XXXXXX");
  CHECK(mkdtemp(directory.data()) != nullptr);
  return directory;
}

void SetEffective(const unsigned (&effective)[2], unsigned (&before)[2]) {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2];
  CHECK_EQ(syscall(SYS_capget, &header, data), 0);
  for (int i = 0; i < 2; ++i) {
    before[i] = data[i].effective;
    data[i].effective = effective[i] & data[i].permitted;
  }
  CHECK_EQ(syscall(SYS_capset, &header, data), 0);
}

void LimitFileSize(rlim_t bytes) {
  rlimit limit;
  CHECK_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = std::min(bytes, limit.rlim_max);
  CHECK_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

}  // namespace

Scratch::Scratch() : directory_(MakeDirectory()), fds_before_(CountDescriptors()) {
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
}

Scratch::~Scratch() { std::filesystem::remove_all(directory_); }

void Scratch::TearDown() { EXPECT_EQ(CountDescriptors(), fds_before_); }

std::string Scratch::Path(absl::string_view name) const {
  return absl::StrCat(directory_, "/", name);
}

std::string Scratch::Make(absl::string_view name, absl::string_view content) const {
  const std::string path = Path(name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string Scratch::Content(absl::string_view name) const {
  std::ifstream stream(Path(name), std::ios::binary);
  if (!stream) return "(none)";
  std::ostringstream content;
  if (stream.peek() != EOF) content << stream.rdbuf();  // Nothing to insert is a failure.
  return content.str();
}

std::vector<std::string> Scratch::Names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool OpenAndCloseOnExec(const std::string& path) {
  bool open = false;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    if (std::filesystem::read_symlink(entry.path(), error) != path) continue;
    open = true;
    std::ifstream info("/proc/self/fdinfo/" + entry.path().filename().string());
    const std::string text{std::istreambuf_iterator<char>(info), {}};
    const unsigned long flags = std::stoul(text.substr(text.find("flags:") + 6), nullptr, 8);
    constexpr unsigned long kCloseOnExec = 02000000;
    if ((flags & kCloseOnExec) == 0) return false;
  }
  return open;
}

OrdinaryUser::OrdinaryUser() { SetEffective({0, 0}, effective_); }

OrdinaryUser::~OrdinaryUser() {
  unsigned none[2];
  SetEffective(effective_, none);
}

FileSizeLimit::FileSizeLimit(size_t bytes) { LimitFileSize(bytes); }

FileSizeLimit::~FileSizeLimit() { LimitFileSize(RLIM_INFINITY); }

DescriptorLimit::DescriptorLimit(unsigned long count) {
  rlimit limit;
  CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  before_ = limit.rlim_cur;
  limit.rlim_cur = count;
  CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

DescriptorLimit::~DescriptorLimit() {
  rlimit limit;
  CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = before_;
  CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

}  // namespace rondo::fs
