#include "runtime/elf_note.h"

#include <elf.h>

#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace rondo::internal {
namespace {

absl::Status CutShort(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("cut short: its ", what,
                                          " would lie beyond its end; build it or copy it again"));
}

// Copies a T out of `bytes`, which need not be aligned; false if it does not lie inside.
template <typename T>
bool Read(absl::string_view bytes, uint64_t offset, T& out) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return false;
  std::memcpy(&out, bytes.data() + offset, sizeof(T));
  return true;
}

// `size` bytes at `offset`, if they all lie inside.
std::optional<absl::string_view> Slice(absl::string_view bytes, uint64_t offset, uint64_t size) {
  if (offset > bytes.size() || bytes.size() - offset < size) return std::nullopt;
  return bytes.substr(offset, size);
}

// Of 32-bit sizes, so that nothing overflows.
uint64_t Align(uint64_t size, uint64_t alignment) {
  return (size + alignment - 1) & ~(alignment - 1);
}

// Whether `file` begins as a shared object for this machine does.
absl::Status CheckHeader(absl::string_view file, Elf64_Ehdr& header) {
  if (file.substr(0, SELFMAG) != absl::string_view(ELFMAG, SELFMAG)) {
    return absl::InvalidArgumentError("not an ELF file; name the .so that rondo_plugin has built");
  }
  if (file.size() > EI_CLASS && file[EI_CLASS] == ELFCLASS32) {
    return absl::InvalidArgumentError(
        "a 32-bit ELF file, which a 64-bit program cannot load; build it for x86-64");
  }
  if (!Read(file, 0, header)) return CutShort("header");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != EM_X86_64) {
    return absl::InvalidArgumentError(absl::StrCat("an ELF file for another machine (number ",
                                                   header.e_machine,
                                                   "), not for x86-64; build it for x86-64"));
  }
  if (header.e_type != ET_DYN) {
    return absl::InvalidArgumentError(
        "an ELF file, but not a shared object; name the .so that rondo_plugin has built");
  }
  if (header.e_phentsize != sizeof(Elf64_Phdr)) {
    return absl::InvalidArgumentError(
        "an ELF file with program headers of an unknown size; build it again");
  }
  return absl::OkStatus();
}

// The description of the wanted note in a segment of notes, if it is there.
std::optional<absl::string_view> FindInNotes(absl::string_view notes, uint64_t alignment,
                                             absl::string_view owner, uint32_t type) {
  Elf64_Nhdr note;
  for (uint64_t at = 0; Read(notes, at, note);) {
    const uint64_t name_at = at + sizeof(note);
    const uint64_t description_at = name_at + Align(note.n_namesz, alignment);
    at = description_at + Align(note.n_descsz, alignment);
    if (note.n_type != type) continue;
    const std::optional<absl::string_view> name = Slice(notes, name_at, note.n_namesz);
    // The size of a name counts its NUL.
    if (!name.has_value() || name->size() != owner.size() + 1 || name->back() != '\0' ||
        name->substr(0, owner.size()) != owner) {
      continue;
    }
    return Slice(notes, description_at, note.n_descsz);
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<absl::string_view> FindElfNote(absl::string_view file, absl::string_view owner,
                                              uint32_t type) {
  Elf64_Ehdr header;
  if (absl::Status status = CheckHeader(file, header); !status.ok()) return status;
  // The headers first, so that their number times their size cannot run over.
  const std::optional<absl::string_view> headers =
      Slice(file, header.e_phoff, uint64_t{header.e_phnum} * sizeof(Elf64_Phdr));
  if (!headers.has_value()) return CutShort("program headers");
  // Nobody needs these to load it, but linkers write them last.
  const uint64_t section_headers = uint64_t{header.e_shnum} * header.e_shentsize;
  if (!Slice(file, header.e_shoff, section_headers).has_value()) return CutShort("content");
  std::optional<absl::string_view> found;
  Elf64_Phdr segment;
  for (uint64_t at = 0; Read(*headers, at, segment); at += sizeof(segment)) {
    const std::optional<absl::string_view> content =
        Slice(file, segment.p_offset, segment.p_filesz);
    if (!content.has_value() && segment.p_type != PT_NULL) return CutShort("content");
    if (segment.p_type != PT_NOTE || found.has_value()) continue;
    // Notes are aligned to 4 bytes, but for those of segments that say 8.
    found = FindInNotes(*content, segment.p_align == 8 ? 8 : 4, owner, type);
  }
  if (found.has_value()) return *found;
  return absl::InvalidArgumentError(
      absl::StrCat("a shared object, but not a ", owner, " plugin: it has no note of its ABI; ",
                   "declare it with rondo_plugin, and its class with RONDO_PLUGIN"));
}

}  // namespace rondo::internal
