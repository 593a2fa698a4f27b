#include "plugins/net/write_queue.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/net/byte_budget.h"
#include "plugins/net/net.h"
#include "runtime/awaitables.h"
#include "runtime/task.h"
#include "runtime/task_group.h"
#include "runtime/with_timeout.h"
#include "tests/plugins/net/tls_fixture.h"

namespace rondo::net {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class WriteQueueTest : public TlsFixture {
 protected:
  // Two ends with as little room between them as the kernel allows.
  UnixStreamPair Narrow() {
    absl::StatusOr<UnixStreamPair> pair = UnixStream::Pair(runtime->loop());
    CHECK_OK(pair.status());
    CHECK_OK(pair->a.SetSendBuffer(1));
    return *std::move(pair);
  }
  // Fills what the kernel holds for it, and returns how much that is.
  static size_t Stuff(UnixStream& stream) {
    const std::string dots(1024, '.');
    size_t all = 0;
    for (;;) {
      absl::StatusOr<size_t> sent = stream.TryWrite(dots);
      CHECK_OK(sent.status());
      all += *sent;
      if (*sent < dots.size()) return all;
    }
  }
  static Task<void> Drop(UnixStream& stream, size_t size) {
    std::string buffer(size, '\0');
    CHECK_OK(co_await stream.ReadExact(absl::MakeSpan(buffer)));
  }
  static Task<std::string> Take(UnixStream& stream, size_t size) {
    std::string buffer(size, '\0');
    CHECK_OK(co_await stream.ReadExact(absl::MakeSpan(buffer)));
    co_return buffer;
  }
  static Task<absl::StatusOr<size_t>> Some(TlsStream& stream, std::string& buffer) {
    co_return co_await stream.Read(absl::MakeSpan(buffer));
  }
  Task<void> Turns(int count = 4) {
    for (int i = 0; i < count; ++i) co_await NextTurn();
  }

  // Writes, and puts its name and how it ended into `ended_`.
  Task<absl::Status> WriteAs(WriteQueue& queue, std::string name, size_t size) {
    absl::Status status = co_await queue.Write(absl::Cord(std::string(size, name[0])));
    ended_.push_back(status.ok() ? name
                                 : absl::StrCat(name, " ", StatusCodeToString(status.code())));
    co_return absl::OkStatus();
  }

  std::vector<std::string> ended_;
};

TEST_F(WriteQueueTest, WhatTheKernelTakesIsNotQueued) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    WriteQueue queue(a);
    EXPECT_TRUE((co_await queue.Write(absl::Cord("one "))).ok());
    EXPECT_TRUE(queue.TryWrite(absl::Cord("two")).ok());
    EXPECT_TRUE((co_await queue.Write(absl::Cord())).ok());
    EXPECT_EQ(queue.queued(), 0u);
    EXPECT_EQ(co_await Take(b, 7), "one two");
    // The stream is free in between.
    EXPECT_TRUE((co_await a.Write("!")).ok());
    EXPECT_EQ(co_await Take(b, 1), "!");
  });
}

TEST_F(WriteQueueTest, E2_WritersOfAPeerThatDoesNotReadWaitAboveTheHighMark) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    const size_t stuffed = Stuff(a);
    WriteQueue queue(a, {.high_mark = 1000, .low_mark = 0});
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      for (const char* name : {"a", "b", "c", "d", "e"}) group.Spawn(WriteAs(queue, name, 600));
      co_await Turns();
      // The one that passes the mark is the last to be taken.
      EXPECT_THAT(ended_, ElementsAre("a", "b"));
      EXPECT_EQ(queue.queued(), 1200u);
      EXPECT_EQ(queue.waiting(), 3u);
      co_await Drop(b, stuffed);
      const std::string all = co_await Take(b, 3000);
      for (size_t i = 0; i < 5; ++i)
        EXPECT_EQ(all.substr(i * 600, 600), std::string(600, "abcde"[i]));
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_THAT(ended_, ElementsAre("a", "b", "c", "d", "e"));
    EXPECT_EQ(queue.queued(), 0u);
  });
}

TEST_F(WriteQueueTest, AboveTheHighMarkNobodyGetsOnBeforeTheLowOne) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    const size_t stuffed = Stuff(a);
    WriteQueue queue(a, {.high_mark = 20'000, .low_mark = 5'000});
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(WriteAs(queue, "a", 20'000));
      group.Spawn(WriteAs(queue, "b", 1));
      co_await Turns();
      EXPECT_THAT(ended_, ElementsAre("a"));
      size_t least_waiting = queue.queued();
      std::string piece(512, '\0');
      size_t read = 0;
      while (ended_.size() == 1) {
        least_waiting = queue.queued();
        absl::StatusOr<size_t> size = co_await b.Read(absl::MakeSpan(piece));
        CHECK_OK(size.status());
        read += *size;
        co_await Turns(2);
      }
      EXPECT_GT(least_waiting, 5'000u);
      EXPECT_LE(queue.queued(), 5'001u);
      co_await Drop(b, stuffed + 20'001 - read);
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
  });
}

TEST_F(WriteQueueTest, ABudgetHoldsForAllQueuesAndServesThemInOrder) {
  Run([this]() -> Task<void> {
    ByteBudget budget(1000);
    auto first = Narrow();
    auto second = Narrow();
    const size_t stuffed = Stuff(first.a);
    Stuff(second.a);
    WriteQueue x(first.a, {.budget = &budget});
    WriteQueue y(second.a, {.budget = &budget});
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(WriteAs(x, "a", 900));
      group.Spawn(WriteAs(y, "b", 200));
      group.Spawn(WriteAs(x, "c", 300));
      group.Spawn(WriteAs(y, "d", 50));
      co_await Turns();
      // It would fit, but it is not its turn.
      EXPECT_THAT(ended_, ElementsAre("a"));
      EXPECT_EQ(budget.used(), 900u);
      EXPECT_LE(budget.used(), budget.limit());
      co_await Drop(first.b, stuffed + 900);
      co_await Turns();
      EXPECT_THAT(ended_, ElementsAre("a", "b", "c", "d"));
      co_await Drop(first.b, 300);
      group.Cancel();
      co_return absl::OkStatus();
    });
    EXPECT_EQ(x.queued(), 0u);
    EXPECT_EQ(y.queued(), 250u);
    EXPECT_EQ(budget.used(), 250u);
  });
}

TEST_F(WriteQueueTest, WithTheBudgetUsedUpThoseWhoReadGoOn) {
  Run([this]() -> Task<void> {
    ByteBudget budget(1000);
    auto slow = Narrow();
    auto quick = Narrow();
    Stuff(slow.a);
    WriteQueue x(slow.a, {.budget = &budget});
    WriteQueue y(quick.a, {.budget = &budget});
    EXPECT_TRUE(x.TryWrite(absl::Cord(std::string(1000, 'x'))).ok());
    EXPECT_EQ(x.TryWrite(absl::Cord("x")).code(), StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(x.TryWrite(absl::Cord("x")).message()), HasSubstr("budget"));
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(WriteAs(y, "y", 100'000));
      co_await Drop(quick.b, 100'000);
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_THAT(ended_, ElementsAre("y"));
    EXPECT_TRUE(y.TryWrite(absl::Cord("small")).ok());
    EXPECT_EQ(budget.used(), 1000u);
  });
}

TEST_F(WriteQueueTest, AMessageLargerThanTheBudgetIsTakenAlone) {
  Run([this]() -> Task<void> {
    ByteBudget budget(10);
    auto [a, b] = Narrow();
    Stuff(a);
    WriteQueue queue(a, {.budget = &budget});
    EXPECT_TRUE((co_await queue.Write(absl::Cord(std::string(100, 'x')))).ok());
    EXPECT_EQ(budget.used(), 100u);
    EXPECT_EQ(queue.TryWrite(absl::Cord("y")).code(), StatusCode::kResourceExhausted);
  });
}

TEST_F(WriteQueueTest, ACancelledWriteIsSentWholeOrNotAtAll) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    const size_t stuffed = Stuff(a);
    ByteBudget budget(1);
    // Nothing but a whole message fits into the budget, so that they stay with their writers.
    auto other = Narrow();
    Stuff(other.a);
    WriteQueue blocker(other.a, {.budget = &budget});
    EXPECT_TRUE(blocker.TryWrite(absl::Cord("!")).ok());
    WriteQueue queue(a, {.budget = &budget});
    const size_t size = 3 * stuffed;
    std::string all;
    (co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(WriteAs(queue, "a", size));
      group.Spawn(WriteAs(queue, "b", size));
      co_await Turns();
      EXPECT_THAT(ended_, IsEmpty());
      co_await Drop(b, stuffed);
      co_await Turns();  // Now a part of it has gone.
      group.Cancel();
      co_return absl::OkStatus();
    })).IgnoreError();
    EXPECT_THAT(ended_, UnorderedElementsAre("a", "b CANCELLED"));
    EXPECT_GT(budget.used(), budget.limit());
    EXPECT_EQ(co_await Take(b, size), std::string(size, 'a'));
    EXPECT_TRUE((co_await queue.Write(absl::Cord("c"))).ok());
    EXPECT_EQ(co_await Take(b, 1), "c");
    EXPECT_EQ(budget.used(), 1u);
  });
}

TEST_F(WriteQueueTest, InACancelledScopeOnlyWhatNeedNotWaitIsDone) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    WriteQueue queue(a, {.high_mark = 1, .low_mark = 0});
    (co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Cancel();
      EXPECT_TRUE((co_await WriteAs(queue, "a", 1)).ok());
      Stuff(a);
      EXPECT_TRUE((co_await WriteAs(queue, "b", 1)).ok());
      EXPECT_TRUE((co_await WriteAs(queue, "c", 1)).ok());
      co_return absl::OkStatus();
    })).IgnoreError();
    EXPECT_THAT(ended_, ElementsAre("a", "b", "c CANCELLED"));
  });
}

TEST_F(WriteQueueTest, FlushWaitsUntilTheKernelHasAll) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    const size_t stuffed = Stuff(a);
    WriteQueue queue(a);
    EXPECT_TRUE(queue.TryWrite(absl::Cord(std::string(stuffed, 'x'))).ok());
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn([](WriteQueue& q, std::vector<std::string>& e) -> Task<absl::Status> {
        absl::Status flushed = co_await q.Flush();
        e.push_back("flushed");
        co_return flushed;
      }(queue, ended_));
      group.Spawn(WriteAs(queue, "after", 1));
      co_await Turns();
      EXPECT_THAT(ended_, IsEmpty());
      co_await Drop(b, 2 * stuffed);
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_THAT(ended_, ElementsAre("flushed", "after"));
    EXPECT_TRUE((co_await queue.Flush()).ok());
    EXPECT_EQ(co_await Take(b, 1), "a");
  });
}

TEST_F(WriteQueueTest, AfterARefusalTheCallbackTellsOfRoom) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    const size_t stuffed = Stuff(a);
    WriteQueue queue(a, {.high_mark = 10, .low_mark = 0});
    int calls = 0;
    queue.OnRoom([&calls] { ++calls; });
    EXPECT_TRUE(queue.TryWrite(absl::Cord("0123456789")).ok());
    EXPECT_EQ(queue.TryWrite(absl::Cord("refused")).code(), StatusCode::kResourceExhausted);
    co_await Turns();
    EXPECT_EQ(calls, 0);
    co_await Drop(b, stuffed);
    co_await Turns();
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(queue.TryWrite(absl::Cord("taken")).ok());
    EXPECT_EQ(co_await Take(b, 15), "0123456789taken");
  });
}

TEST_F(WriteQueueTest, AfterABudgetsRefusalTheCallbackTellsOfRoom) {
  Run([this]() -> Task<void> {
    ByteBudget budget(10);
    auto first = Narrow();
    auto second = Narrow();
    const size_t stuffed = Stuff(first.a);
    Stuff(second.a);
    WriteQueue x(first.a, {.budget = &budget});
    WriteQueue y(second.a, {.budget = &budget});
    bool told = false;
    y.OnRoom([&told] { told = true; });
    EXPECT_TRUE(x.TryWrite(absl::Cord("0123456789")).ok());
    EXPECT_EQ(y.TryWrite(absl::Cord("y")).code(), StatusCode::kResourceExhausted);
    co_await Drop(first.b, stuffed + 10);
    co_await Turns();
    EXPECT_TRUE(told);
    EXPECT_TRUE(y.TryWrite(absl::Cord("y")).ok());
  });
}

TEST_F(WriteQueueTest, TheCallbackMayDestroyTheQueue) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    const size_t stuffed = Stuff(a);
    auto queue = std::make_unique<WriteQueue>(a, WriteQueueOptions{.high_mark = 1, .low_mark = 0});
    queue->OnRoom([&queue] { queue = nullptr; });
    EXPECT_TRUE(queue->TryWrite(absl::Cord("x")).ok());
    EXPECT_FALSE(queue->TryWrite(absl::Cord("y")).ok());
    co_await Drop(b, stuffed + 1);
    co_await Turns();
    EXPECT_EQ(queue, nullptr);
  });
}

TEST_F(WriteQueueTest, E5_APeerThatHasGoneFailsAllWhoWait) {
  Run([this]() -> Task<void> {
    ByteBudget budget(1000);
    auto [a, b] = Narrow();
    Stuff(a);
    WriteQueue queue(a, {.budget = &budget});
    (co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(WriteAs(queue, "a", 1000));
      group.Spawn(WriteAs(queue, "b", 1));
      group.Spawn(WriteAs(queue, "c", 1));
      co_await Turns();
      b.Close();
      co_return absl::OkStatus();
    })).IgnoreError();
    EXPECT_THAT(ended_, ElementsAre("a", "b FAILED_PRECONDITION", "c FAILED_PRECONDITION"));
    EXPECT_EQ(budget.used(), 0u);
    EXPECT_THAT(std::string(queue.TryWrite(absl::Cord("x")).message()), HasSubstr("Broken pipe"));
    EXPECT_FALSE((co_await queue.Flush()).ok());
  });
}

TEST_F(WriteQueueTest, ClosingTheStreamCancelsWhoWaits) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    Stuff(a);
    WriteQueue queue(a, {.high_mark = 1, .low_mark = 0});
    (co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(WriteAs(queue, "a", 1));
      group.Spawn(WriteAs(queue, "b", 1));
      co_await Turns();
      a.Close();
      co_return absl::OkStatus();
    })).IgnoreError();
    EXPECT_THAT(ended_, ElementsAre("a", "b CANCELLED"));
    EXPECT_EQ(queue.TryWrite(absl::Cord("x")).code(), StatusCode::kCancelled);
  });
}

TEST_F(WriteQueueTest, DestroyingTheQueueCancelsWhoWaits) {
  Run([this]() -> Task<void> {
    ByteBudget budget(10);
    auto [a, b] = Narrow();
    Stuff(a);
    auto queue = std::make_unique<WriteQueue>(a, WriteQueueOptions{.budget = &budget});
    (co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      group.Spawn(WriteAs(*queue, "a", 10));
      group.Spawn(WriteAs(*queue, "b", 1));
      co_await Turns();
      queue = nullptr;
      co_return absl::OkStatus();
    })).IgnoreError();
    EXPECT_THAT(ended_, ElementsAre("a", "b CANCELLED"));
    EXPECT_EQ(budget.used(), 0u);
  });
}

TEST_F(WriteQueueTest, TheRuntimeMayGoWhileWritersWait) {
  bool waits = false;
  runtime->Spawn([](UnixStreamPair pair, bool& w) -> Task<void> {
    Stuff(pair.a);
    WriteQueue queue(pair.a, {.high_mark = 1, .low_mark = 0});
    EXPECT_TRUE(queue.TryWrite(absl::Cord("x")).ok());
    w = true;
    (co_await queue.Write(absl::Cord("y"))).IgnoreError();
    ADD_FAILURE() << "nobody read";
  }(Narrow(), waits));
  while (!waits) EXPECT_TRUE(runtime->loop().RunOnce(absl::ZeroDuration()).ok());
  runtime = nullptr;
}

TEST_F(WriteQueueTest, TwoWaysOfWritingDoNotMix) {
  Run([this]() -> Task<void> {
    auto [a, b] = Narrow();
    Stuff(a);
    WriteQueue queue(a);
    EXPECT_TRUE(queue.TryWrite(absl::Cord("x")).ok());
    EXPECT_EQ((co_await a.Write("y")).code(), StatusCode::kFailedPrecondition);
    WriteQueue other(a);
    EXPECT_EQ((co_await other.Write(absl::Cord("y"))).code(), StatusCode::kFailedPrecondition);
  });
}

TEST_F(WriteQueueTest, WorksOnTls) {
  Run([this]() -> Task<void> {
    Pair pair = co_await Connected();
    WriteQueue queue(pair.client, {.high_mark = 1 << 20, .low_mark = 0});
    constexpr size_t kSize = 20 << 20;  // More than the kernel takes.
    std::string all;
    absl::Status status = co_await WithTaskGroup([&](TaskGroup& group) -> Task<absl::Status> {
      for (const char* name : {"a", "b", "c"}) group.Spawn(WriteAs(queue, name, kSize));
      std::string piece(1 << 20, '\0');
      co_await Turns();
      EXPECT_LT(ended_.size(), 3u);
      while (all.size() < 3 * kSize) {
        absl::StatusOr<size_t> size = co_await pair.server.Read(absl::MakeSpan(piece));
        CHECK_OK(size.status());
        all.append(piece, 0, *size);
      }
      co_return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_THAT(ended_, ElementsAre("a", "b", "c"));
    EXPECT_TRUE(all == std::string(kSize, 'a') + std::string(kSize, 'b') + std::string(kSize, 'c'));
    EXPECT_TRUE((co_await queue.Flush()).ok());
  });
}

TEST_F(WriteQueueTest, WhatTlsKeptIsSentWhileAQueueIsThere) {
  Run([this]() -> Task<void> {
    for (const bool refuses : {false, true}) {
      Pair pair = co_await Connected();
      const std::string data(100'000, 'x');
      size_t written = 0;
      for (size_t sent = 1; sent != 0;) {
        absl::StatusOr<size_t> some = pair.client.TryWrite(data);
        CHECK_OK(some.status());
        written += sent = *some;
      }
      ByteBudget budget(1);
      budget.TakeAnyway(1);
      {
        WriteQueue queue(pair.client, {.budget = &budget});
        if (refuses) {
          EXPECT_EQ(queue.TryWrite(absl::Cord("y")).code(), StatusCode::kResourceExhausted);
        }
        std::string piece(1 << 20, '\0');
        for (size_t read = 0; read < written;) {
          absl::StatusOr<size_t> size =
              co_await WithTimeout(Some(pair.server, piece), absl::Seconds(10));
          EXPECT_TRUE(size.ok()) << size.status() << " after " << read << " of " << written;
          if (!size.ok()) break;
          read += *size;
        }
      }
      budget.GiveBack(1);
    }
  });
}

TEST_F(WriteQueueTest, AboveItsMarkAQueueKeepsNobodyFromTheBudget) {
  Run([this]() -> Task<void> {
    auto slow = Narrow();
    auto other = Narrow();
    Stuff(other.a);
    ByteBudget budget(1'000'000);
    budget.TakeAnyway(1'000'000);
    WriteQueue x(slow.a, {.high_mark = 10, .low_mark = 0, .budget = &budget});
    WriteQueue y(other.a, {.budget = &budget});
    x.OnRoom([] {});
    (co_await WithTaskGroup([&](TaskGroup& rest) -> Task<absl::Status> {
      (co_await WithTaskGroup([&](TaskGroup& first) -> Task<absl::Status> {
        first.Spawn(WriteAs(x, "a", 100'000));
        co_await Turns();
        rest.Spawn(WriteAs(x, "b", 1));
        rest.Spawn(WriteAs(y, "c", 1));
        co_await Turns();
        EXPECT_EQ(x.TryWrite(absl::Cord("d")).code(), StatusCode::kResourceExhausted);
        first.Cancel();  // A part of it has gone, so that the rest is queued.
        co_return absl::OkStatus();
      })).IgnoreError();
      EXPECT_GT(x.queued(), 10u);
      budget.GiveBack(1'000'000);
      co_await Turns();
      EXPECT_THAT(ended_, ElementsAre("a", "c"));
      rest.Cancel();
      co_return absl::OkStatus();
    })).IgnoreError();
  });
}

TEST_F(WriteQueueTest, AMessageForManyIsOnePieceOfMemory) {
  Run([this]() -> Task<void> {
    const absl::Cord message(std::string(100'000, 'm'));
    auto first = Narrow();
    auto second = Narrow();
    WriteQueue x(first.a);
    WriteQueue y(second.a);
    EXPECT_TRUE(x.TryWrite(message).ok());
    EXPECT_TRUE(y.TryWrite(message).ok());
    EXPECT_GT(x.queued(), 50'000u);
    EXPECT_LT(message.EstimatedMemoryUsage(absl::CordMemoryAccounting::kFairShare), 50'000u);
    co_return;
  });
}

}  // namespace
}  // namespace rondo::net
