#include "plugins/fs/opened_file.h"

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "plugins/fs/paths.h"

namespace rondo::fs {

const std::string& File::path() const {
  DCHECK(file_ != nullptr);
  return file_->path();
}

int File::fd() const {
  DCHECK(file_ != nullptr);
  return file_->fd();
}

namespace internal {

bool OpenedFile::Enter() {
  unsigned state = state_.load();
  do {
    if ((state & kClosed) != 0) return false;
  } while (!state_.compare_exchange_weak(state, state + kUser));
  return true;
}

void OpenedFile::Exit() {
  // Nobody is there any more to be told of an error: CloseNow has said that it would be so.
  if (state_.fetch_sub(kUser) == (kClosed | kUser)) CloseFd();
}

absl::Status OpenedFile::CloseNow() {
  const unsigned before = state_.fetch_or(kClosed);
  const auto not_closed = [&](absl::string_view why) {
    return absl::FailedPreconditionError(absl::StrCat("close ", Quoted(path_), ": ", why));
  };
  if ((before & kClosed) != 0) return not_closed("it is closed already");
  if (before != 0) return not_closed("in use, and closed when that ends");
  const int error = CloseFd();
  return error == 0 ? absl::OkStatus() : PathError(error, "close", path_);
}

Use::Use(const File& file) {
  if (file && file.opened()->Enter()) file_ = file.opened().get();
}

Use::~Use() {
  if (file_ != nullptr) file_->Exit();
}

absl::Status Use::NotOpen(absl::string_view operation, const File& file) {
  if (!file) return absl::FailedPreconditionError(absl::StrCat(operation, ": not an open file"));
  return absl::FailedPreconditionError(
      absl::StrCat(operation, " ", Quoted(file.path()), ": the file is closed"));
}

}  // namespace internal
}  // namespace rondo::fs
