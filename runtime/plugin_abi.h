// What must agree between a program and the plugins that it loads.
//
// It is written into each loadable plugin as an ELF note, so that it can be read before any code
// of the plugin runs; `readelf -p .note.rondo.abi x.so` shows it.
#ifndef RONDO_RUNTIME_PLUGIN_ABI_H_
#define RONDO_RUNTIME_PLUGIN_ABI_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <version>

#include "absl/base/config.h"
#include "absl/strings/string_view.h"
#include "runtime/fd_handle.h"
#include "runtime/fd_watch.h"
#include "runtime/kind.h"
#include "runtime/loop.h"
#include "runtime/loop_timer.h"
#include "runtime/operation.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"
#include "runtime/root_tasks.h"
#include "runtime/runtime.h"
#include "runtime/submit.h"
#include "runtime/task.h"
#include "runtime/task_scope.h"
#include "runtime/timer.h"

// Goes up with every change to what plugins see of Rondo that no size gives away: the order of
// virtual functions, the meaning of a member.
#define RONDO_PLUGIN_ABI_VERSION 1

#define RONDO_STRING_(x) #x
#define RONDO_STRING(x) RONDO_STRING_(x)

#if defined(__clang__)
#define RONDO_ABI_COMPILER_ "clang-" RONDO_STRING(__clang_major__)
#else
#define RONDO_ABI_COMPILER_ "gcc-" RONDO_STRING(__GNUC__)
#endif

#if defined(_LIBCPP_VERSION)
#define RONDO_ABI_STDLIB_ "libc++-" RONDO_STRING(_LIBCPP_ABI_VERSION)
#elif defined(_GLIBCXX_DEBUG)
#define RONDO_ABI_STDLIB_ "libstdc++-debug"
#elif _GLIBCXX_USE_CXX11_ABI
#define RONDO_ABI_STDLIB_ "libstdc++-cxx11"
#else
#define RONDO_ABI_STDLIB_ "libstdc++-old"
#endif

#ifdef NDEBUG
#define RONDO_ABI_NDEBUG_ "1"
#else
#define RONDO_ABI_NDEBUG_ "0"
#endif

#if defined(ABSL_HAVE_ADDRESS_SANITIZER)
#define RONDO_ABI_SANITIZER_ "address"
#elif defined(ABSL_HAVE_THREAD_SANITIZER)
#define RONDO_ABI_SANITIZER_ "thread"
#elif defined(ABSL_HAVE_MEMORY_SANITIZER)
#define RONDO_ABI_SANITIZER_ "memory"
#else
#define RONDO_ABI_SANITIZER_ "none"
#endif

// UndefinedBehaviorSanitizer changes no layout: a host without it lacks the functions that such a
// plugin calls, which the dynamic linker says.
// clang-format off
#define RONDO_ABI_FLAGS_                                     \
  "rondo=" RONDO_STRING(RONDO_PLUGIN_ABI_VERSION)            \
  " compiler=" RONDO_ABI_COMPILER_                           \
  " c++=" RONDO_STRING(__cplusplus)                          \
  " stdlib=" RONDO_ABI_STDLIB_                               \
  " abseil=" RONDO_STRING(ABSL_LTS_RELEASE_VERSION)          \
  " ndebug=" RONDO_ABI_NDEBUG_                               \
  " sanitizer=" RONDO_ABI_SANITIZER_                         \
  " layout="
// clang-format on

namespace rondo::internal {

// The sizes of what a plugin's code, being inline for a good part, reaches into. So a plugin that
// was built with other headers is found out even if nobody has thought of the number above.
constexpr uint32_t AbiLayout() {
  uint64_t hash = 0xcbf29ce484222325;
  for (const size_t size : {sizeof(Runtime), sizeof(Loop), sizeof(Plugin), sizeof(PluginInfo),
                            sizeof(Registrar), sizeof(Kind), sizeof(KindOptions), sizeof(Operation),
                            sizeof(ResultOperation<int>), sizeof(SubmitOptions), sizeof(TaskHandle),
                            sizeof(TaskScope), sizeof(RootTask), sizeof(LoopTimer), sizeof(Timer),
                            sizeof(FdWatch), sizeof(FdHandle), sizeof(Task<int>::promise_type)}) {
    hash = (hash ^ size) * 0x100000001b3;
  }
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

// RONDO_ABI_FLAGS_, then the layout in hexadecimal digits, then a NUL.
constexpr size_t kAbiSize = sizeof(RONDO_ABI_FLAGS_) + 8;

constexpr std::array<char, kAbiSize> MakeAbi() {
  std::array<char, kAbiSize> abi = {};
  constexpr absl::string_view kFlags = RONDO_ABI_FLAGS_;
  for (size_t i = 0; i < kFlags.size(); ++i) abi[i] = kFlags[i];
  for (size_t i = 0; i < 8; ++i) {
    abi[kFlags.size() + i] = "0123456789abcdef"[(AbiLayout() >> (28 - 4 * i)) & 15];
  }
  return abi;
}

inline constexpr char kAbiNoteOwner[] = "Rondo";
inline constexpr uint32_t kAbiNoteType = 1;

// An ELF note, laid out as elf(5) says.
struct AbiNote {
  uint32_t owner_size = sizeof(kAbiNoteOwner);
  uint32_t abi_size = kAbiSize;
  uint32_t type = kAbiNoteType;
  alignas(4) char owner[sizeof(kAbiNoteOwner)] = "Rondo";
  alignas(4) std::array<char, kAbiSize> abi = MakeAbi();
};

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_PLUGIN_ABI_H_
