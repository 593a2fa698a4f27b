// The kinds as a command line or another language has them.

#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "plugins/fs/fs.h"
#include "runtime/call.h"
#include "runtime/kind_info.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "tests/plugins/fs/fs_fixture.h"

namespace rondo::fs {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

class ByNameTest : public FsFixture {
 public:
  Task<json> Call(std::string kind, json request) {
    absl::StatusOr<json> result = co_await runtime_->Call(kind, std::move(request));
    CHECK_OK(result) << kind;
    co_return *std::move(result);
  }
};

TEST_F(ByNameTest, WholeFilesAndPaths) {
  Run([](ByNameTest& test) -> Task<void> {
    const std::string path = test.Path("notes.txt");
    co_await test.Call("fs.write_file", {{"path", path}, {"data", "text"}, {"atomic", true}});
    EXPECT_EQ(co_await test.Call("fs.read_file", {{"path", path}}), json("text"));
    const json info = co_await test.Call("fs.stat", {{"path", path}});
    EXPECT_EQ(info["type"], "regular");
    EXPECT_EQ(info["size"], 4);
    EXPECT_THAT(info["modify_time"].get<std::string>(), StartsWith("20"));
    const json entries = co_await test.Call("fs.read_dir", {{"path", test.Path("")}});
    EXPECT_EQ(entries.size(), size_t{1});
    EXPECT_EQ(entries[0]["name"], "notes.txt");
    EXPECT_EQ(entries[0]["info"], json());
    EXPECT_EQ(co_await test.Call("fs.exists", {{"path", path}}), json(true));
    EXPECT_EQ(co_await test.Call("fs.remove_all", {{"path", path}}), json(1));
    absl::StatusOr<json> none = co_await test.runtime_->Call("fs.read_file", {{"path", path}});
    EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
    EXPECT_EQ(none.status().message(),
              absl::StrCat("open \"", path, "\": No such file or directory"));
  }(*this));
}

TEST_F(ByNameTest, OpenFilesByTheirIds) {
  Run([](ByNameTest& test) -> Task<void> {
    const json file = co_await test.Call(
        "fs.open_file", {{"path", test.Path("file")},
                         {"flags", {{"read", true}, {"write", true}, {"create", true}}}});
    EXPECT_THAT(file.get<std::string>(), StartsWith("fs.file#"));
    co_await test.Call("fs.write_at", {{"file", file}, {"offset", 2}, {"data", "text"}});
    EXPECT_EQ(co_await test.Call("fs.read_at", {{"file", file}, {"offset", 3}, {"size", 9}}),
              json("ext"));
    EXPECT_EQ(
        co_await test.Call("fs.read_vector_at", {{"file", file}, {"offset", 2}, {"sizes", {1, 2}}}),
        json({"t", "ex"}));
    EXPECT_EQ(co_await test.Call("fs.try_lock_file", {{"file", file}}), json(true));
    co_await test.Call("fs.advise_file", {{"file", file}, {"advice", "will_need"}});
    co_await test.Call("fs.sync_file", {{"file", file}});
    co_await test.Call("fs.close_file", {{"file", file}});
    absl::StatusOr<json> closed = co_await test.runtime_->Call("fs.stat_file", {{"file", file}});
    EXPECT_EQ(closed.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(test.runtime_->resources().Close(file.get<std::string>()), absl::OkStatus());
    closed = co_await test.runtime_->Call("fs.stat_file", {{"file", file}});
    EXPECT_EQ(closed.status().code(), absl::StatusCode::kNotFound);
  }(*this));
}

TEST_F(ByNameTest, AWatchAndItsEvents) {
  Run([](ByNameTest& test) -> Task<void> {
    const json watcher = co_await test.Call("fs.watch", {{"path", test.Path("")}});
    test.Make("file", "");
    const json events = co_await test.Call("fs.next_events", {{"watcher", watcher}});
    EXPECT_EQ(events[0]["type"], "created");
    EXPECT_EQ(events[0]["path"], "file");
    EXPECT_EQ(test.runtime_->resources().Close(watcher.get<std::string>()), absl::OkStatus());
  }(*this));
}

TEST_F(ByNameTest, DirectoriesPartByPart) {
  Make("file", "");
  Run([](ByNameTest& test) -> Task<void> {
    const json directory = co_await test.Call("fs.open_dir", {{"path", test.Path("")}});
    EXPECT_EQ((co_await test.Call("fs.read_entries", {{"directory", directory}})).size(),
              size_t{1});
    EXPECT_EQ((co_await test.Call("fs.read_entries", {{"directory", directory}})).size(),
              size_t{0});
    EXPECT_EQ(test.runtime_->resources().Close(directory.get<std::string>()), absl::OkStatus());
  }(*this));
}

// But for the two that are the plugin's own.
TEST_F(ByNameTest, EveryKindCanBeCalled) {
  int kinds = 0;
  for (const KindInfo& kind : DescribeKinds(*runtime_)) {
    if (kind.name == "fs.update_watch" || kind.name == "fs.begin_watch") continue;
    EXPECT_TRUE(kind.can_be_called()) << kind.name;
    ++kinds;
  }
  EXPECT_GT(kinds, 40);
}

}  // namespace
}  // namespace rondo::fs
