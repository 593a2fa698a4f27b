// The plugins that every program can count on.
#ifndef RONDO_PLUGINS_STANDARD_H_
#define RONDO_PLUGINS_STANDARD_H_

#include "runtime/runtime_builder.h"

namespace rondo {

// Adds fs, net, crypto and http.
void AddStandardPlugins(RuntimeBuilder& builder);

}  // namespace rondo

#endif  // RONDO_PLUGINS_STANDARD_H_
