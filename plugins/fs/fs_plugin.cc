#include "plugins/fs/fs_plugin.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "plugins/fs/await_lock.h"
#include "plugins/fs/bodies.h"
#include "plugins/fs/fs.h"
#include "plugins/fs/lane.h"
#include "plugins/fs/open_watch.h"
#include "plugins/fs/slow_kind.h"
#include "runtime/plugin_entry.h"
#include "runtime/runtime.h"
#include "runtime/task_context.h"

namespace rondo::fs {
namespace {

using internal::StopRequested;

// Registers a body that is short: a system call or a few.
template <typename Request, typename Body>
void OnPool(Registrar& registrar, Body body) {
  registrar.OnPool<Request>(
      [body](Request request, TaskContext&) { return body(std::move(request)); });
}

// Registers a body that asks whether it is to stop.
template <typename Request, typename Body>
void OnPoolStoppable(Registrar& registrar, Body body) {
  registrar.OnPool<Request>([body](Request request, TaskContext& context) {
    return body(std::move(request), [&context] { return context.stop_requested(); });
  });
}

}  // namespace

FsPlugin::FsPlugin() = default;
FsPlugin::~FsPlugin() = default;

PluginInfo FsPlugin::info() const { return {.name = "fs", .summary = "files and directories"}; }

// Registers a body that may take its time.
template <typename Request, typename Body>
void FsPlugin::OnPoolSlowly(Registrar& registrar, Body body) {
  registrar.OnLoop<Request>([this, body](Request request) -> Task<OutcomeOf<Request>> {
    co_return co_await internal::RunInLane<Request>(*slow_, body, request);
  });
}

template <typename Request, typename Body>
Task<absl::Status> FsPlugin::RunMaybeSlowly(bool slowly, Body body, const Request& request) {
  if (slowly) co_return co_await internal::RunInLane(*slow_, body, request);
  co_return co_await internal::RunOnPool(body, request);
}

absl::Status FsPlugin::Register(Registrar& registrar) {
  RegisterPaths(registrar);
  RegisterTrees(registrar);
  RegisterFiles(registrar);
  return absl::OkStatus();
}

absl::Status FsPlugin::Start(Runtime& runtime) {
  runtime_ = &runtime;
  slow_ = std::make_unique<internal::Lane>(std::max(1, runtime.pool().thread_count() / 2));
  return absl::OkStatus();
}

void FsPlugin::RegisterPaths(Registrar& registrar) {
  OnPoolStoppable<ReadFile>(registrar, &internal::ReadWholeFile);
  registrar.OnLoop<WriteFile>([this](WriteFile request) -> Task<absl::Status> {
    // Only an atomic one waits for the disk.
    co_return co_await RunMaybeSlowly(request.atomic, &internal::WriteWholeFile, request);
  });
  registrar.OnLoop<AppendFile>([this](AppendFile request) -> Task<absl::Status> {
    co_return co_await RunMaybeSlowly(request.sync, &internal::AppendToFile, request);
  });
  OnPoolSlowly<CopyFile>(registrar, &internal::CopyOneFile);
  OnPoolSlowly<Sync>(registrar,
                     [](const Sync& request, StopRequested) { return internal::SyncFs(request); });
  OnPool<Stat>(registrar, &internal::LookUp);
  OnPool<Lstat>(registrar, &internal::LookUpLink);
  OnPool<Access>(registrar, &internal::CheckAccess);
  OnPool<Exists>(registrar, &internal::LookWhetherThere);
  OnPool<Chmod>(registrar, &internal::ChangeMode);
  OnPool<Chown>(registrar, &internal::ChangeOwner);
  OnPool<SetTimes>(registrar, &internal::ChangeTimes);
  OnPool<Truncate>(registrar, &internal::SetSize);
  OnPool<StatFs>(registrar, &internal::LookUpFs);
  OnPool<Rename>(registrar, &internal::RenameFile);
  OnPool<Link>(registrar, &internal::MakeLink);
  OnPool<Symlink>(registrar, &internal::MakeSymlink);
  OnPool<ReadLink>(registrar, &internal::ReadSymlink);
  OnPool<RealPath>(registrar, &internal::ResolvePath);
  OnPool<Remove>(registrar, &internal::RemoveOne);
}

void FsPlugin::RegisterTrees(Registrar& registrar) {
  OnPoolStoppable<ReadDir>(registrar, &internal::ListDirectory);
  OnPool<OpenDir>(registrar, &internal::StartListing);
  OnPool<ReadEntries>(registrar, &internal::ListSome);
  OnPool<MakeDir>(registrar, &internal::MakeDirectory);
  OnPool<MakeTempDir>(registrar, &internal::MakeTempDirectory);
  OnPool<internal::UpdateWatch>(registrar, [](const internal::UpdateWatch& request) {
    std::vector<WatchEvent> events;
    request.tree->Read(request.settle, events);
    return absl::StatusOr<std::vector<WatchEvent>>(std::move(events));
  });
  OnPoolStoppable<internal::BeginWatch>(
      registrar, [](const internal::BeginWatch& request, StopRequested stopped) {
        return internal::WatchTree::Open(request.request, stopped);
      });
  registrar.OnLoop<Watch>(
      [this](Watch request) { return internal::StartWatch(*runtime_, std::move(request)); });
  registrar.OnLoop<NextEvents>(
      [](NextEvents request) -> Task<absl::StatusOr<std::vector<WatchEvent>>> {
        if (!request.watcher) co_return absl::FailedPreconditionError("next events: not a watcher");
        co_return co_await request.watcher->Next();
      });
  OnPoolSlowly<Walk>(registrar, &internal::ListTree);
  OnPoolSlowly<RemoveAll>(registrar, &internal::RemoveTree);
  OnPoolSlowly<CopyTree>(registrar, &internal::CopyWholeTree);
}

void FsPlugin::RegisterFiles(Registrar& registrar) {
  OnPoolStoppable<OpenFile>(registrar, &internal::OpenForUse);
  OnPool<MakeTempFile>(registrar, &internal::MakeTempFileForUse);
  OnPool<CloseFile>(registrar, &internal::CloseOpenFile);
  OnPool<StatFile>(registrar, &internal::LookUpFile);
  OnPoolStoppable<ReadAt>(registrar, &internal::ReadFileAt);
  OnPoolStoppable<ReadVectorAt>(registrar, &internal::ReadFileVectorAt);
  OnPoolStoppable<WriteAt>(registrar, &internal::WriteFileAt);
  OnPoolStoppable<WriteVectorAt>(registrar, &internal::WriteFileVectorAt);
  OnPool<TruncateFile>(registrar, &internal::SetSizeOfFile);
  OnPool<AdviseFile>(registrar, &internal::AdviseOnFile);
  OnPool<TryLockFile>(registrar, &internal::TryLockOpenFile);
  OnPool<UnlockFile>(registrar, &internal::UnlockOpenFile);
  registrar.OnLoop<LockFile>(
      [this](LockFile request) { return internal::AwaitLock(*runtime_, std::move(request)); });
  OnPoolSlowly<SyncFile>(registrar, [](const SyncFile& request, StopRequested) {
    return internal::SyncOpenFile(request);
  });
}

}  // namespace rondo::fs

RONDO_PLUGIN(rondo::fs::FsPlugin);
