#include "plugins/fs/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/fs/fs.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "runtime/with_timeout.h"
#include "tests/plugins/fs/fs_fixture.h"

namespace {

// How many more watches this process may add; then there are none, as far as it can tell.
std::atomic<int> watches_left = 1 << 30;

}  // namespace

// In the place of the C library's.
extern "C" int inotify_add_watch(int fd, const char* path, uint32_t mask) noexcept {
  if (--watches_left < 0) {
    errno = ENOSPC;
    return -1;
  }
  return static_cast<int>(syscall(SYS_inotify_add_watch, fd, path, mask));
}

namespace rondo::fs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Type = WatchEvent::Type;

std::string Text(const WatchEvent& event) {
  static constexpr const char* kNames[] = {"created", "modified", "attributes", "deleted",
                                           "renamed", "rescan",   "unwatched"};
  return absl::StrCat(kNames[static_cast<int>(event.type)], " ",
                      event.from.empty() ? "" : event.from + " to ", event.path,
                      event.is_directory ? "/" : "");
}

class WatchTest : public FsFixture {
 public:
  WatchTest() { watches_left = 1 << 30; }

  Task<Watcher> Begin(Watch request) {
    absl::StatusOr<Watcher> watcher = co_await runtime_->Submit(std::move(request));
    CHECK_OK(watcher);
    co_return *std::move(watcher);
  }

  // What is told until a file of this name is created, which nothing else is told after.
  Task<std::vector<std::string>> Until(Watcher& watcher, std::string last) {
    std::vector<std::string> told;
    for (;;) {
      absl::StatusOr<std::vector<WatchEvent>> events = co_await watcher.Next();
      if (!events.ok()) told.push_back(events.status().ToString());
      if (!events.ok()) co_return told;
      EXPECT_FALSE(events->empty());
      for (const WatchEvent& event : *events) {
        if (event.path == last) co_return told;
        told.push_back(Text(event));
      }
    }
  }

  // What is told of what `change` does.
  Task<std::vector<std::string>> Told(Watcher& watcher, std::function<void()> change) {
    change();
    const std::string last = absl::StrCat("last", ++lasts_);
    Make(last, "");
    co_return co_await Until(watcher, last);
  }

  void MakeDir(const std::string& name) const {
    ASSERT_EQ(mkdir(Path(name).c_str(), 0700), 0) << name;
  }
  void Move(const std::string& from, const std::string& to) const {
    ASSERT_EQ(rename(Path(from).c_str(), Path(to).c_str()), 0) << from;
  }

  int lasts_ = 0;
};

TEST_F(WatchTest, WhatHappensToFiles) {
  Make("old", "x");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path("")});
    EXPECT_THAT(
        co_await test.Told(watcher,
                           [&] {
                             close(open(test.Path("new").c_str(), O_CREAT | O_WRONLY, 0600));
                             EXPECT_EQ(truncate(test.Path("old").c_str(), 0), 0);
                             EXPECT_EQ(chmod(test.Path("old").c_str(), 0600), 0);
                             EXPECT_EQ(unlink(test.Path("old").c_str()), 0);
                             test.MakeDir("dir");
                             test.Make("dir/inside", "");
                           }),
        ElementsAre("created new", "modified old", "attributes old", "deleted old",
                    "created dir/"));
  }(*this));
}

TEST_F(WatchTest, F2_RenamesArePairedByTheirCookies) {
  for (const char* name : {"a", "b", "c"}) Make(name, "");
  MakeDir("sub");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path(""), .recursive = true});
    EXPECT_THAT(co_await test.Told(watcher,
                                   [&] {
                                     test.Move("a", "a2");
                                     test.Move("b", "sub/b");
                                     test.Move("c", "a2");
                                   }),
                ElementsAre("renamed a to a2", "renamed b to sub/b", "renamed c to a2"));
  }(*this));
}

TEST_F(WatchTest, F2_WhatIsMovedOutIsDeletedAndWhatIsMovedInIsCreated) {
  MakeDir("watched");
  MakeDir("elsewhere");
  Make("watched/out", "");
  Make("elsewhere/in", "");
  MakeDir("elsewhere/tree");
  Make("elsewhere/tree/file", "");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path("watched"), .recursive = true});
    test.Move("watched/out", "elsewhere/out");
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "deleted out");
    test.Move("elsewhere/in", "watched/in");
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "created in");
    test.Move("elsewhere/tree", "watched/tree");
    const std::vector<WatchEvent> events = (co_await watcher.Next()).value();
    EXPECT_EQ(events.size(), size_t{2});
    EXPECT_EQ(Text(events.at(0)), "created tree/");
    EXPECT_EQ(Text(events.at(1)), "created tree/file");
  }(*this));
}

// The first half of a rename waits for the second, and still comes before what comes after it.
TEST_F(WatchTest, F2_AMoveOutIsToldBeforeTheNameIsUsedAgain) {
  MakeDir("watched");
  Make("watched/a", "");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path("watched")});
    test.Move("watched/a", "elsewhere");
    test.Make("watched/a", "");
    test.Make("watched/last", "");
    EXPECT_THAT(co_await test.Until(watcher, "last"), ElementsAre("deleted a", "created a"));
  }(*this));
}

TEST_F(WatchTest, TreesThatGrow) {
  MakeDir("sub");
  MakeDir("sub/deep");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path(""), .recursive = true});
    std::vector<std::string> told = co_await test.Told(watcher, [&] {
      test.Make("sub/deep/file", "");
      test.MakeDir("sub/deep/new");
      test.MakeDir("sub/deep/new/newer");
      test.Make("sub/deep/new/newer/file", "");
    });
    EXPECT_THAT(told,
                ElementsAre("created sub/deep/file", "created sub/deep/new/",
                            "created sub/deep/new/newer/", "created sub/deep/new/newer/file"));
    // By now they are watched.
    EXPECT_THAT(co_await test.Told(watcher, [&] { test.Make("sub/deep/new/newer/more", ""); }),
                ElementsAre("created sub/deep/new/newer/more"));
  }(*this));
}

TEST_F(WatchTest, DirectoriesThatAreRenamedKeepBeingWatched) {
  MakeDir("a");
  MakeDir("a/b");
  MakeDir("ab");  // Begins as "a" does, and is another.
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path(""), .recursive = true});
    EXPECT_THAT(co_await test.Told(watcher,
                                   [&] {
                                     test.Move("a", "c");
                                     test.Make("c/b/file", "");
                                     test.Make("ab/file", "");
                                   }),
                ElementsAre("renamed a to c/", "created c/b/file", "created ab/file"));
  }(*this));
}

TEST_F(WatchTest, WhatWasMovedOutIsWatchedNoMore) {
  MakeDir("watched");
  MakeDir("watched/dir");
  MakeDir("watched/dir/below");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path("watched"), .recursive = true});
    test.Move("watched/dir", "moved");
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "deleted dir/");
    test.Make("moved/below/file", "");
    test.Make("watched/last", "");
    EXPECT_THAT(co_await test.Until(watcher, "last"), IsEmpty());
  }(*this));
}

TEST_F(WatchTest, AFileByItsName) {
  const std::string path = Make("file", "old");
  Run([](WatchTest& test) -> Task<void> {
    const std::string path = test.Path("file");
    Watcher watcher = co_await test.Begin({.path = path});
    test.Make("other", "");
    EXPECT_EQ(truncate(path.c_str(), 0), 0);
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "modified ");
    // Replaced, it is another file, and still the one that is watched.
    EXPECT_EQ(
        co_await test.runtime_->Submit(WriteFile{.path = path, .data = "new", .atomic = true}),
        absl::OkStatus());
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "created ");
    EXPECT_EQ(unlink(path.c_str()), 0);
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "deleted ");
    test.Make("new", "");
    test.Move("new", "file");
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "created ");
    test.Move("file", "away");
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "deleted ");
  }(*this));
}

TEST_F(WatchTest, EndsWithWhatIsWatched) {
  for (const bool moved : {false, true}) {
    MakeDir("dir");
    Run([](WatchTest& test, bool moved) -> Task<void> {
      Watcher watcher = co_await test.Begin({.path = test.Path("dir"), .recursive = true});
      if (moved) {
        test.Move("dir", "away");
      } else {
        EXPECT_EQ(rmdir(test.Path("dir").c_str()), 0);
      }
      const std::vector<WatchEvent> events = (co_await watcher.Next()).value();
      EXPECT_EQ(events.size(), size_t{1});
      EXPECT_EQ(Text(events.at(0)), "deleted /");
      for (int i = 0; i < 2; ++i) {
        EXPECT_EQ((co_await watcher.Next()).status().code(), absl::StatusCode::kOutOfRange);
      }
    }(*this, moved));
  }
}

TEST_F(WatchTest, AWindowMakesFewerEvents) {
  Make("file", "");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher =
        co_await test.Begin({.path = test.Path(""), .window = absl::Milliseconds(100)});
    for (int i = 1; i <= 50; ++i) EXPECT_EQ(truncate(test.Path("file").c_str(), i), 0);
    test.Make("temp", "");
    unlink(test.Path("temp").c_str());
    test.Make("new", "content");
    std::vector<std::string> told;
    const std::vector<WatchEvent> events = (co_await watcher.Next()).value();
    for (const WatchEvent& event : events) told.push_back(Text(event));
    EXPECT_THAT(told, ElementsAre("modified file", "created new"));
  }(*this));
}

// A burst that the loop has no time for: inotify's own queue cannot hold it.
TEST_F(WatchTest, F2_OverflowIsToldAsARescan) {
  MakeDir("sub");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path(""), .recursive = true});
    for (int i = 0; i < 40000; ++i) {
      EXPECT_EQ(chmod(test.Path(i % 2 == 0 ? "sub" : "").c_str(), 0700), 0);
    }
    test.MakeDir("unseen");
    bool rescan = false;
    while (!rescan) {
      const std::vector<WatchEvent> events = (co_await watcher.Next()).value();
      rescan = std::any_of(events.begin(), events.end(),
                           [](const WatchEvent& event) { return event.type == Type::kRescan; });
    }
    // What came up meanwhile is watched.
    test.Make("unseen/file", "");
    test.Make("last", "");
    EXPECT_THAT(co_await test.Until(watcher, "last"), testing::Contains("created unseen/file"));
  }(*this));
}

TEST_F(WatchTest, F2_NothingOfABurstIsLost) {
  constexpr int kFiles = 20000;
  // In memory where that can be had: on a disk so many files take their time.
  std::string memory = "/dev/shm/rondo-watch-XXXXXX";
  const bool in_memory = mkdtemp(memory.data()) != nullptr;
  if (!in_memory) MakeDir("watched");
  Run([](WatchTest& test, std::string directory) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = directory, .recursive = true});
    std::set<std::string> told;
    bool rescan = false;
    const auto listen = [&](absl::Duration timeout) -> Task<bool> {
      absl::StatusOr<std::vector<WatchEvent>> events =
          co_await WithTimeout(watcher.Next(), timeout);
      if (!events.ok()) co_return false;
      for (const WatchEvent& event : *events) {
        if (event.type == Type::kRescan) {
          // What a rescan finds counts as told.
          rescan = true;
          const std::vector<DirEntry> entries =
              (co_await test.runtime_->Submit(ReadDir{.path = directory})).value();
          for (const DirEntry& entry : entries) told.insert(entry.name);
        } else if (event.type == Type::kCreated) {
          told.insert(event.path);
        }
      }
      co_return true;
    };
    for (int i = 0; i < kFiles; ++i) {
      const std::string path = absl::StrCat(directory, "/", i);
      const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
      EXPECT_GE(fd, 0);
      close(fd);
      if (i % 1000 == 0) co_await listen(absl::Milliseconds(1));
    }
    while (told.size() < kFiles && co_await listen(absl::Seconds(60))) {
    }
    EXPECT_EQ(told.size(), size_t{kFiles}) << "rescan: " << rescan;
    EXPECT_TRUE((co_await test.runtime_->Submit(RemoveAll{.path = directory})).ok());
  }(*this, in_memory ? memory : Path("watched")));
}

TEST_F(WatchTest, WhatCannotBeWatchedIsTold) {
  MakeDir("watched");
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path("watched"), .recursive = true});
    watches_left = 1;
    test.MakeDir("watched/first");
    EXPECT_EQ(Text((co_await watcher.Next()).value().at(0)), "created first/");
    test.MakeDir("watched/second");
    const std::vector<WatchEvent> events = (co_await watcher.Next()).value();
    EXPECT_EQ(events.size(), size_t{2});
    EXPECT_EQ(Text(events.at(0)), "created second/");
    EXPECT_EQ(Text(events.at(1)), "unwatched second/");
    EXPECT_EQ(events.at(1).error,
              absl::StrCat("watch \"", test.Path("watched/second"), "\": No space left on device"));
  }(*this));
}

TEST_F(WatchTest, Errors) {
  MakeDir("dir");
  MakeDir("dir/sub");
  Run([](WatchTest& test) -> Task<void> {
    const auto status = [&](Watch request) -> Task<absl::Status> {
      co_return (co_await test.runtime_->Submit(std::move(request))).status();
    };
    EXPECT_EQ((co_await status({.path = test.Path("none")})).message(),
              absl::StrCat("watch \"", test.Path("none"), "\": No such file or directory"));
    EXPECT_EQ((co_await status({.path = std::string("a\0b", 3)})).code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ((co_await status({.path = test.Path("dir"), .max_events = 0})).code(),
              absl::StatusCode::kInvalidArgument);
    watches_left = 1;
    const absl::Status exhausted = co_await status({.path = test.Path("dir"), .recursive = true});
    EXPECT_EQ(exhausted.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(exhausted.message(),
              absl::StrCat("watch \"", test.Path("dir/sub"), "\": No space left on device"));
  }(*this));
}

TEST_F(WatchTest, WhoWaitsCanBeCancelledAndLosesNothing) {
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path("")});
    absl::StatusOr<std::vector<WatchEvent>> none =
        co_await WithTimeout(watcher.Next(), absl::Milliseconds(5));
    EXPECT_EQ(none.status().code(), absl::StatusCode::kDeadlineExceeded);
    test.Make("file", "");
    Watcher moved = std::move(watcher);
    EXPECT_EQ(Text((co_await moved.Next()).value().at(0)), "created file");
  }(*this));
}

TEST_F(WatchTest, F5_CloseOnExec) {
  Run([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path("")});
    EXPECT_TRUE(OpenAndCloseOnExec("anon_inode:inotify"));
  }(*this));
}

TEST_F(WatchTest, TheRuntimeGoesWhileItIsWatched) {
  runtime_->Spawn([](WatchTest& test) -> Task<void> {
    Watcher watcher = co_await test.Begin({.path = test.Path("")});
    test.runtime_->Stop();
    (void)co_await watcher.Next();
    ADD_FAILURE();
  }(*this));
  EXPECT_EQ(runtime_->Run(), absl::OkStatus());
  runtime_ = Runtime::Builder().Build().value();
}

}  // namespace
}  // namespace rondo::fs
