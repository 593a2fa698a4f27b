// What the kinds do.
#ifndef WORDS_BODIES_H_
#define WORDS_BODIES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/completion.h"
#include "runtime/task_context.h"
#include "words.h"

namespace words {

// Runs on a worker, so it may take its time. Gives up when nobody waits for the result any more.
absl::StatusOr<CountWords::Result> Count(const CountWords& request, rondo::TaskContext& context);

// Runs on the loop thread, so it must not block: it begins to watch the pipe and returns.
void StartReadLine(ReadLine request, int64_t max_bytes, rondo::Completion<std::string> done);

}  // namespace words

#endif  // WORDS_BODIES_H_
