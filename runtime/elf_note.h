// Notes of an ELF file, read before anything of the file is loaded.
#ifndef RONDO_RUNTIME_ELF_NOTE_H_
#define RONDO_RUNTIME_ELF_NOTE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rondo::internal {

// Finds the note of this owner and type in the content of a shared object for x86-64, and checks
// that everything which the dynamic linker would map lies within the file: it would not notice
// that a file has been cut short, and the program would die of SIGBUS.
//
// The bytes are foreign: nothing that they say is believed. Returns the note's description, which
// lies within `file`.
// Errors, whose messages say what the file is, and what to do: INVALID_ARGUMENT for no ELF file,
// one of another machine, no shared object, or a shared object without the note; DATA_LOSS for
// one that has been cut short.
absl::StatusOr<absl::string_view> FindElfNote(absl::string_view file, absl::string_view owner,
                                              uint32_t type);

}  // namespace rondo::internal

#endif  // RONDO_RUNTIME_ELF_NOTE_H_
