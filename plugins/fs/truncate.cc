#include "plugins/fs/truncate.h"

#include <unistd.h>

#include "plugins/fs/bodies.h"
#include "plugins/fs/paths.h"

namespace rondo::fs::internal {

absl::Status SetSize(const Truncate& request) {
  return CallOn("truncate", request.path,
                [&](const char* path) { return truncate(path, request.size); });
}

}  // namespace rondo::fs::internal
