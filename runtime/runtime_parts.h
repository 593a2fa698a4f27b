// What the parts of a runtime ask of it without seeing all of it.
#ifndef RONDO_RUNTIME_RUNTIME_PARTS_H_
#define RONDO_RUNTIME_RUNTIME_PARTS_H_

namespace rondo {

class Runtime;

namespace internal {

class RootTasks;

RootTasks& RootTasksOf(Runtime& runtime);

}  // namespace internal
}  // namespace rondo

#endif  // RONDO_RUNTIME_RUNTIME_PARTS_H_
