#include "poller/intrusive_list.h"

#include <vector>

#include "gtest/gtest.h"

namespace rondo {
namespace {

struct Due;
struct Other;
struct Job : ListNode<Due>, ListNode<Other> {};

std::vector<const Job*> Elements(const IntrusiveList<Job, Due>& list) {
  std::vector<const Job*> elements;
  list.ForEach([&elements](const Job& job) { elements.push_back(&job); });
  return elements;
}

TEST(IntrusiveList, KeepsTheOrder) {
  IntrusiveList<Job, Due> due;
  EXPECT_TRUE(due.empty());
  EXPECT_EQ(due.TakeFirst(), nullptr);
  Job jobs[3];
  for (Job& job : jobs) due.Append(job);
  EXPECT_FALSE(due.empty());
  for (Job& job : jobs) EXPECT_EQ(due.TakeFirst(), &job);
  EXPECT_TRUE(due.empty());
}

TEST(IntrusiveList, UnlinksAnyElementAndTakesItAgain) {
  for (int position = 0; position < 3; ++position) {
    SCOPED_TRACE(position);
    IntrusiveList<Job, Due> due;
    Job jobs[3];
    for (Job& job : jobs) due.Append(job);
    Job& job = jobs[position];
    Job& first = jobs[position == 0 ? 1 : 0];
    Job& second = jobs[position == 2 ? 1 : 2];

    due.Unlink(job);
    EXPECT_FALSE(due.IsLinked(job));
    EXPECT_EQ(Elements(due), (std::vector<const Job*>{&first, &second}));
    due.Unlink(job);  // nothing to do
    EXPECT_EQ(Elements(due), (std::vector<const Job*>{&first, &second}));

    due.Append(job);
    EXPECT_TRUE(due.IsLinked(job));
    EXPECT_EQ(Elements(due), (std::vector<const Job*>{&first, &second, &job}));
  }
}

TEST(IntrusiveList, UnlinksTheOnlyElement) {
  IntrusiveList<Job, Due> due;
  Job job;
  due.Append(job);
  due.Unlink(job);
  EXPECT_TRUE(due.empty());
  EXPECT_EQ(due.TakeFirst(), nullptr);
}

TEST(IntrusiveList, TellsListsApartByTag) {
  IntrusiveList<Job, Due> due;
  IntrusiveList<Job, Other> other;
  Job job;
  due.Append(job);
  EXPECT_FALSE(other.IsLinked(job));
  other.Append(job);
  due.Unlink(job);
  EXPECT_TRUE(other.IsLinked(job));
  EXPECT_EQ(other.TakeFirst(), &job);
}

}  // namespace
}  // namespace rondo
