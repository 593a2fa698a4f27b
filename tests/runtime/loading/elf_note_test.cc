#include "runtime/elf_note.h"

#include <elf.h>

#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rondo::internal {
namespace {

using ::testing::HasSubstr;

template <typename T>
std::string Bytes(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string Padded(std::string bytes, size_t alignment) {
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
  return bytes;
}

std::string Note(absl::string_view owner, uint32_t type, absl::string_view description,
                 size_t alignment = 4) {
  const Elf64_Nhdr header = {.n_namesz = static_cast<Elf64_Word>(owner.size() + 1),
                             .n_descsz = static_cast<Elf64_Word>(description.size()),
                             .n_type = type};
  return Bytes(header) + Padded(std::string(owner) + '\0', alignment) +
         Padded(std::string(description), alignment);
}

// The least that passes for a shared object: a header, and one segment of notes.
struct SharedObject {
  SharedObject() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    segment.p_type = PT_NOTE;
    segment.p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
    segment.p_align = 4;
  }
  std::string Content() {
    segment.p_filesz = notes.size();
    return Bytes(header) + Bytes(segment) + notes;
  }

  Elf64_Ehdr header = {};
  Elf64_Phdr segment = {};
  std::string notes = Note("Rondo", 1, "here");
};

absl::StatusOr<std::string> Find(const std::string& content) {
  // On the heap and of this size, so that AddressSanitizer sees a step beyond its end.
  const std::vector<char> bytes(content.begin(), content.end());
  const absl::StatusOr<absl::string_view> note =
      FindElfNote(absl::string_view(bytes.data(), bytes.size()), "Rondo", 1);
  if (!note.ok()) return note.status();
  return std::string(*note);
}

std::string ErrorOf(const std::string& content, absl::StatusCode code) {
  const absl::StatusOr<std::string> note = Find(content);
  EXPECT_EQ(note.status().code(), code) << note.status();
  return std::string(note.status().message());
}

TEST(ElfNote, IsFoundAmongOthers) {
  SharedObject object;
  EXPECT_EQ(*Find(object.Content()), "here");
  object.notes = Note("GNU", 1, "12345") + Note("Rondo", 2, "no") + Note("Rond", 1, "no") +
                 Note("Rondo2", 1, "no") + Note("Rondo", 1, "yes") + Note("Rondo", 1, "late");
  EXPECT_EQ(*Find(object.Content()), "yes");
  object.notes = Note("Rondo", 1, "");
  EXPECT_EQ(*Find(object.Content()), "");
}

TEST(ElfNote, AnOwnerEndsWithANul) {
  SharedObject object;
  object.notes.replace(object.notes.find("Rondo"), 6, "RondoX");
  ErrorOf(object.Content(), absl::StatusCode::kInvalidArgument);
}

TEST(ElfNote, IsFoundInASegmentThatIsAlignedTo8Bytes) {
  SharedObject object;
  object.segment.p_align = 8;
  object.notes = Note("GNU", 5, "123", 8) + Note("Rondo", 1, "here", 8);
  EXPECT_EQ(*Find(object.Content()), "here");
}

TEST(ElfNote, WhatIsNoElfFile) {
  for (const std::string& content :
       {std::string("#!/bin/sh\necho hello\n"), std::string(), std::string("\x7f"),
        std::string("\x7f"
                    "ELG",
                    4)}) {
    EXPECT_EQ(ErrorOf(content, absl::StatusCode::kInvalidArgument),
              "not an ELF file; name the .so that rondo_plugin has built");
  }
}

TEST(ElfNote, A32BitLibrary) {
  Elf32_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS32;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = EM_386;
  EXPECT_EQ(ErrorOf(Bytes(header), absl::StatusCode::kInvalidArgument),
            "a 32-bit ELF file, which a 64-bit program cannot load; build it for x86-64");
}

TEST(ElfNote, OtherMachines) {
  SharedObject object;
  object.header.e_machine = EM_AARCH64;
  EXPECT_EQ(ErrorOf(object.Content(), absl::StatusCode::kInvalidArgument),
            "an ELF file for another machine (number 183), not for x86-64; build it for x86-64");
  object.header.e_machine = EM_X86_64;
  object.header.e_ident[EI_DATA] = ELFDATA2MSB;
  EXPECT_THAT(ErrorOf(object.Content(), absl::StatusCode::kInvalidArgument),
              HasSubstr("another machine"));
}

TEST(ElfNote, ObjectFilesAndExecutables) {
  SharedObject object;
  for (const uint16_t type : {ET_REL, ET_EXEC, ET_CORE}) {
    object.header.e_type = type;
    EXPECT_EQ(ErrorOf(object.Content(), absl::StatusCode::kInvalidArgument),
              "an ELF file, but not a shared object; name the .so that rondo_plugin has built");
  }
}

TEST(ElfNote, ASharedObjectWithoutIt) {
  SharedObject object;
  object.notes = Note("GNU", 1, "12345");
  EXPECT_EQ(ErrorOf(object.Content(), absl::StatusCode::kInvalidArgument),
            "a shared object, but not a Rondo plugin: it has no note of its ABI; declare it with "
            "rondo_plugin, and its class with RONDO_PLUGIN");
  object.header.e_phnum = 0;
  EXPECT_THAT(ErrorOf(object.Content(), absl::StatusCode::kInvalidArgument),
              HasSubstr("no note of its ABI"));
}

TEST(ElfNote, CutShortAnywhere) {
  const std::string content = SharedObject().Content();
  for (size_t size = SELFMAG; size < content.size(); ++size) {
    EXPECT_THAT(ErrorOf(content.substr(0, size), absl::StatusCode::kDataLoss),
                HasSubstr("cut short"))
        << size;
  }
}

TEST(ElfNote, ASegmentThatWouldBeMappedBeyondTheEnd) {
  SharedObject object;
  Elf64_Phdr code = {};
  code.p_type = PT_LOAD;
  code.p_filesz = 1 << 20;
  object.header.e_phnum = 2;
  object.segment.p_offset += sizeof(code);
  object.segment.p_filesz = object.notes.size();
  EXPECT_EQ(ErrorOf(Bytes(object.header) + Bytes(object.segment) + Bytes(code) + object.notes,
                    absl::StatusCode::kDataLoss),
            "cut short: its content would lie beyond its end; build it or copy it again");
}

// As of a library with much to debug: all that is mapped is there.
TEST(ElfNote, CutShortBehindWhatIsMapped) {
  SharedObject object;
  object.header.e_shoff = object.Content().size();
  object.header.e_shentsize = sizeof(Elf64_Shdr);
  object.header.e_shnum = 2;
  const std::string content = object.Content() + std::string(2 * sizeof(Elf64_Shdr), '\0');
  EXPECT_EQ(*Find(content), "here");
  EXPECT_THAT(ErrorOf(content.substr(0, content.size() - 1), absl::StatusCode::kDataLoss),
              HasSubstr("cut short"));
  object.header.e_shoff = ~uint64_t{0} - 3;
  ErrorOf(object.Content(), absl::StatusCode::kDataLoss);
}

TEST(ElfNote, NumbersThatRunOver) {
  SharedObject object;
  object.segment.p_offset = ~uint64_t{0} - 3;
  ErrorOf(object.Content(), absl::StatusCode::kDataLoss);
  object = SharedObject();
  object.header.e_phoff = ~uint64_t{0} - 3;
  ErrorOf(object.Content(), absl::StatusCode::kDataLoss);
  object = SharedObject();
  object.header.e_phentsize = 0;
  EXPECT_THAT(ErrorOf(object.Content(), absl::StatusCode::kInvalidArgument),
              HasSubstr("program headers of an unknown size"));
  object = SharedObject();
  for (const size_t field : {0, 4}) {  // The sizes of the name and of the description.
    object.notes = Note("Rondo", 1, "here");
    const uint32_t huge = ~uint32_t{0};
    std::memcpy(object.notes.data() + field, &huge, sizeof(huge));
    EXPECT_THAT(ErrorOf(object.Content(), absl::StatusCode::kInvalidArgument),
                HasSubstr("no note of its ABI"));
  }
}

}  // namespace
}  // namespace rondo::internal
