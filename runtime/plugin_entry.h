// What makes a plugin loadable: include it where the plugin's class is defined.
#ifndef RONDO_RUNTIME_PLUGIN_ENTRY_H_
#define RONDO_RUNTIME_PLUGIN_ENTRY_H_

#include <type_traits>

#include "runtime/plugin.h"  // IWYU pragma: export
#include "runtime/plugin_abi.h"
#include "runtime/registrar.h"  // IWYU pragma: export

// Names the class of the plugin that this library is: derived from rondo::Plugin, and made without
// arguments. Once in a plugin, outside unnamed namespaces.
//
//   RONDO_PLUGIN(FsPlugin);
//
// In NAME.so it is one C function, which makes the plugin, and the note with its ABI. In the
// linked form, where the plugins of one program would have one function's name, it is nothing:
// there the owner of the runtime adds the plugin by hand.
#ifdef RONDO_LOADABLE_PLUGIN
#define RONDO_PLUGIN(Class)                                                        \
  RONDO_CHECK_PLUGIN_(Class);                                                      \
  RONDO_PLUGIN_NOTE_();                                                            \
  extern "C" [[gnu::visibility("default")]] ::rondo::Plugin* rondo_make_plugin() { \
    return new Class;                                                              \
  }                                                                                \
  static_assert(true)
#else
#define RONDO_PLUGIN(Class) RONDO_CHECK_PLUGIN_(Class)
#endif

#define RONDO_CHECK_PLUGIN_(Class)                                                          \
  static_assert(std::is_base_of_v<::rondo::Plugin, Class>, "derive it from rondo::Plugin"); \
  static_assert(std::is_default_constructible_v<Class>,                                     \
                "who loads a plugin has no arguments for it")

#define RONDO_PLUGIN_NOTE_()                                              \
  [[gnu::section(".note.rondo.abi"), gnu::used]] RONDO_UNPADDED_ alignas( \
      4) static constexpr ::rondo::internal::AbiNote rondo_abi_note

// AddressSanitizer would put a zone behind the note, and what follows it would be no note.
#if defined(__clang__)
#define RONDO_UNPADDED_ [[clang::no_sanitize("address")]]
#else
#define RONDO_UNPADDED_
#endif

#endif  // RONDO_RUNTIME_PLUGIN_ENTRY_H_
