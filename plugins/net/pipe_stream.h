// A pipe, a terminal, the standard input and output.
#ifndef RONDO_PLUGINS_NET_PIPE_STREAM_H_
#define RONDO_PLUGINS_NET_PIPE_STREAM_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "plugins/net/basic_stream.h"
#include "plugins/net/pipe_channel.h"
#include "runtime/loop.h"

namespace rondo::net {

struct PipePair;

// One end of a pipe, a FIFO or a terminal. What it can do, and its threads, ownership and errors,
// are those of every stream: see BasicStream; only one direction works, unless it is a terminal's.
// Writing to a pipe that nobody reads is FAILED_PRECONDITION (EPIPE) and no signal.
class PipeStream : public internal::BasicStream<internal::PipeChannel, internal::PipeChannelPtr> {
 public:
  static constexpr absl::string_view kResource = "net.pipe_stream";

  using BasicStream::BasicStream;

  // Errors: RESOURCE_EXHAUSTED (no descriptors).
  static absl::StatusOr<PipePair> Pair(Loop& loop);

  // Takes `fd` over, but for an error.
  // Errors: INVALID_ARGUMENT (not open), FAILED_PRECONDITION (a file or a directory, which the
  // plugin fs reads and writes; or /dev/null and its like).
  static absl::StatusOr<PipeStream> Adopt(Loop& loop, int fd);

  // The standard input and output of the process, by duplicates of their descriptors. While one is
  // open, it does not block for other processes either that share it; closing it undoes that.
  // Errors: as for Adopt.
  static absl::StatusOr<PipeStream> StandardInput(Loop& loop);
  static absl::StatusOr<PipeStream> StandardOutput(Loop& loop);

 private:
  static absl::StatusOr<PipeStream> Duplicate(Loop& loop, int fd, absl::string_view name);
};

struct PipePair {
  PipeStream reader;
  PipeStream writer;
};

}  // namespace rondo::net

#endif  // RONDO_PLUGINS_NET_PIPE_STREAM_H_
