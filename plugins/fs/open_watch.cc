#include "plugins/fs/open_watch.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rondo::fs {
namespace internal {
namespace {

// How long the second half of a rename may take to come. It is made right after the first.
constexpr absl::Duration kSettle = absl::Milliseconds(10);

}  // namespace

OpenWatch::OpenWatch(Runtime& runtime, std::shared_ptr<WatchTree> tree, const Watch& request)
    : runtime_(runtime),
      tree_(std::move(tree)),
      path_(request.path),
      window_(request.window),
      inotify_(*this, runtime.loop()),
      settle_(runtime.loop(), [this] { Update(/*settle=*/true); }),
      release_(runtime.loop(), [this] { Release(); }),
      queue_(request.window > absl::ZeroDuration(), static_cast<size_t>(request.max_events)) {}

std::string OpenWatch::Inotify::Describe() const { return absl::StrCat("files ", open_.path_); }

absl::Status OpenWatch::Start() {
  absl::Status status = inotify_.Start(tree_->fd(), Readiness::kReadable);
  // What has been told before the loop watched it, too.
  if (status.ok()) Update(/*settle=*/false);
  return status;
}

void OpenWatch::Close() {
  inotify_.Stop();
  settle_.Cancel();
  release_.Cancel();
  ended_ = true;
}

void OpenWatch::Update(bool settle) {
  if (ended_) return;
  if (updating_) {
    again_ = true;
    return;
  }
  updating_ = true;
  runtime_.Submit(UpdateWatch{.tree = tree_, .settle = settle},
                  [self = shared_from_this()](absl::StatusOr<std::vector<WatchEvent>> events) {
                    self->OnUpdated(std::move(events));
                  });
}

void OpenWatch::OnUpdated(absl::StatusOr<std::vector<WatchEvent>> events) {
  updating_ = false;
  if (ended_) return;
  if (!events.ok()) {
    failure_ = events.status();
    Close();
    signal_.Set();
    return;
  }
  for (WatchEvent& event : *events) queue_.Add(std::move(event));
  if (tree_->ended()) {
    Release();
    Close();
    signal_.Set();
    return;
  }
  if (tree_->unsettled() && !settle_.scheduled()) settle_.Start(kSettle);
  if (!queue_.empty() && !due_) {
    if (window_ == absl::ZeroDuration()) {
      Release();
    } else if (!release_.scheduled()) {
      release_.Start(window_);
    }
  }
  if (std::exchange(again_, false)) Update(/*settle=*/false);
}

// With nobody asking, the queue keeps the events, and bounds them.
void OpenWatch::Release() {
  release_.Cancel();
  due_ = true;
  signal_.Set();
}

Task<absl::StatusOr<std::vector<WatchEvent>>> OpenWatch::Next() {
  const std::shared_ptr<OpenWatch> self = shared_from_this();
  for (;;) {
    if (due_ && !queue_.empty()) {
      due_ = false;
      co_return queue_.Take();
    }
    if (!failure_.ok()) co_return failure_;
    if (ended_) {
      co_return absl::OutOfRangeError(
          absl::StrCat("watch \"", path_, "\": its end has been told before"));
    }
    absl::Status status = co_await signal_.Wait();
    if (!status.ok()) co_return status;
  }
}

Task<absl::StatusOr<Watcher>> StartWatch(Runtime& runtime, Watch request) {
  absl::StatusOr<std::shared_ptr<WatchTree>> tree =
      co_await runtime.Submit(BeginWatch{.request = request});
  if (!tree.ok()) co_return tree.status();
  auto open = std::make_shared<OpenWatch>(runtime, *std::move(tree), request);
  Watcher watcher(open);
  if (absl::Status status = open->Start(); !status.ok()) co_return status;
  co_return watcher;
}

}  // namespace internal

Watcher::Watcher(std::shared_ptr<internal::OpenWatch> open) : open_(std::move(open)) {}

Watcher::~Watcher() {
  if (open_ != nullptr) open_->Close();
}

Task<absl::StatusOr<std::vector<WatchEvent>>> Watcher::Next() { return open_->Next(); }

}  // namespace rondo::fs
