#include "plugins/fs/watch_queue.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rondo::fs::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Type = WatchEvent::Type;

WatchEvent Event(Type type, const std::string& path = "", bool is_directory = false) {
  return {.type = type, .path = path, .is_directory = is_directory};
}

std::string Letter(Type type) { return std::string(1, "CMADRSU"[static_cast<int>(type)]); }

// What there is, as "C a".
std::vector<std::string> Take(WatchQueue& queue) {
  std::vector<std::string> taken;
  for (const WatchEvent& event : queue.Take()) {
    taken.push_back(absl::StrCat(Letter(event.type), " ", event.path));
  }
  EXPECT_TRUE(queue.empty());
  return taken;
}

TEST(WatchQueue, KeepsOrderAndMergesNothingUnlessToldTo) {
  WatchQueue queue(/*merge=*/false, 100);
  EXPECT_TRUE(queue.empty());
  queue.Add(Event(Type::kCreated, "a"));
  queue.Add(Event(Type::kModified, "a"));
  queue.Add(Event(Type::kModified, "a"));
  queue.Add(Event(Type::kDeleted, "a"));
  EXPECT_FALSE(queue.empty());
  EXPECT_THAT(Take(queue), ElementsAre("C a", "M a", "M a", "D a"));
  EXPECT_THAT(Take(queue), IsEmpty());
}

// What two changes of one file become.
TEST(WatchQueue, MergesTheChangesOfAFile) {
  const std::vector<std::vector<Type>> kPairs = {
      {Type::kCreated, Type::kModified},     {Type::kCreated, Type::kAttributes},
      {Type::kCreated, Type::kDeleted},      {Type::kCreated, Type::kCreated},
      {Type::kModified, Type::kModified},    {Type::kModified, Type::kAttributes},
      {Type::kModified, Type::kDeleted},     {Type::kAttributes, Type::kModified},
      {Type::kAttributes, Type::kDeleted},   {Type::kDeleted, Type::kCreated},
      {Type::kAttributes, Type::kAttributes}};
  std::vector<std::string> became;
  for (const std::vector<Type>& pair : kPairs) {
    WatchQueue queue(/*merge=*/true, 100);
    for (const Type type : pair) {
      queue.Add(Event(type, "a"));
      queue.Add(Event(type, "beside"));  // Does not part them.
    }
    std::string types;
    for (const WatchEvent& event : queue.Take()) {
      if (event.path == "a") types += Letter(event.type);
    }
    became.push_back(types);
  }
  EXPECT_THAT(became, ElementsAre("C", "C", "", "C", "M", "M", "D", "M", "D", "M", "A"));
}

TEST(WatchQueue, AFileThatComesAndGoesAgainAndAgain) {
  WatchQueue queue(/*merge=*/true, 100);
  for (int i = 0; i < 10; ++i) {
    queue.Add(Event(Type::kCreated, "a"));
    queue.Add(Event(Type::kModified, "a"));
    queue.Add(Event(Type::kDeleted, "a"));
  }
  EXPECT_TRUE(queue.empty());
  queue.Add(Event(Type::kCreated, "a"));
  EXPECT_THAT(Take(queue), ElementsAre("C a"));
}

TEST(WatchQueue, ADirectoryThatIsReplacedIsToldOfTwice) {
  WatchQueue queue(/*merge=*/true, 100);
  queue.Add(Event(Type::kDeleted, "a", /*is_directory=*/true));
  queue.Add(Event(Type::kCreated, "a", /*is_directory=*/true));
  EXPECT_THAT(Take(queue), ElementsAre("D a", "C a"));
}

TEST(WatchQueue, NothingIsMergedAcrossARename) {
  WatchQueue queue(/*merge=*/true, 100);
  queue.Add(Event(Type::kModified, "a"));
  queue.Add({.type = Type::kRenamed, .path = "b", .from = "a"});
  queue.Add(Event(Type::kCreated, "a"));
  queue.Add(Event(Type::kModified, "b"));
  EXPECT_THAT(Take(queue), ElementsAre("M a", "R b", "C a", "M b"));
}

TEST(WatchQueue, NothingIsMergedWithWhatWasTaken) {
  WatchQueue queue(/*merge=*/true, 100);
  queue.Add(Event(Type::kCreated, "a"));
  EXPECT_THAT(Take(queue), ElementsAre("C a"));
  queue.Add(Event(Type::kDeleted, "a"));
  EXPECT_THAT(Take(queue), ElementsAre("D a"));
}

TEST(WatchQueue, F2_TooManyBecomeOneRescan) {
  for (const bool merge : {false, true}) {
    WatchQueue queue(merge, 3);
    for (int i = 0; i < 3; ++i) queue.Add(Event(Type::kCreated, absl::StrCat(i)));
    EXPECT_THAT(Take(queue), ElementsAre("C 0", "C 1", "C 2"));
    for (int i = 0; i < 10; ++i) queue.Add(Event(Type::kCreated, absl::StrCat(i)));
    EXPECT_THAT(Take(queue), ElementsAre("S "));
    queue.Add(Event(Type::kCreated, "after"));
    EXPECT_THAT(Take(queue), ElementsAre("C after"));
  }
}

TEST(WatchQueue, F2_ARescanStandsForWhatWasBeforeItAndWhatComesUntilItIsTold) {
  WatchQueue queue(/*merge=*/false, 100);
  queue.Add(Event(Type::kCreated, "a"));
  queue.Add(Event(Type::kRescan));
  queue.Add(Event(Type::kCreated, "b"));
  queue.Add(Event(Type::kRescan));
  EXPECT_THAT(Take(queue), ElementsAre("S "));
}

}  // namespace
}  // namespace rondo::fs::internal
