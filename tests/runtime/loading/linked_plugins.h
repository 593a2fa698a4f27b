// The plugins of this folder for programs that link them.
#ifndef RONDO_TESTS_RUNTIME_LOADING_LINKED_PLUGINS_H_
#define RONDO_TESTS_RUNTIME_LOADING_LINKED_PLUGINS_H_

#include <memory>

#include "runtime/plugin.h"

namespace rondo::sample {

std::unique_ptr<Plugin> MakeSample();
std::unique_ptr<Plugin> MakeOther();

}  // namespace rondo::sample

#endif  // RONDO_TESTS_RUNTIME_LOADING_LINKED_PLUGINS_H_
