#include "runtime/plugin_library.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/plugin_file.h"
#include "tests/process_state.h"
#include "tests/runtime/loading/sample.h"

namespace rondo {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSample[] = "tests/runtime/loading/sample.so";
constexpr char kOther[] = "tests/runtime/loading/other.so";

std::string Content(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Its own folder, and a look at what it leaves behind.
class PluginLibraryTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override {
    std::filesystem::remove_all(folder_);
    leaks_.Check();
  }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }

  // A file in the folder, new or exchanged as it should be.
  std::string Write(absl::string_view name, const std::string& content) const {
    std::ofstream(Path("new"), std::ios::binary) << content;
    std::filesystem::rename(Path("new"), Path(name));
    return Path(name);
  }

  // What is wrong with a file, of which no code runs. `$PATH` in the message is its path.
  void ExpectRefused(const std::string& path, absl::StatusCode code, absl::string_view message) {
    const int mapped = sample::conduct.libraries_mapped;
    const absl::Status status = PluginLibrary::Load(path).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(absl::StrReplaceAll(status.message(), {{path, "$PATH"}}), message);
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
    EXPECT_EQ(sample::conduct.libraries_mapped, mapped) << "code of it has run";
  }

  // sample.so with one byte of its note changed, behind `key`.
  std::string WithAbi(absl::string_view key, char value) {
    std::string content = Content(kSample);
    const size_t note = content.find(std::string(HostPluginAbi()));
    EXPECT_NE(note, std::string::npos);
    content[content.find(absl::StrCat(key, "="), note) + key.size() + 1] = value;
    return content;
  }

  // What this program's ABI has for `key`.
  std::string Host(absl::string_view key) {
    const std::string abi(HostPluginAbi());
    const size_t at = abi.find(absl::StrCat(key, "=")) + key.size() + 1;
    return abi.substr(at, abi.find(' ', at) - at);
  }

 private:
  const LeakCheck leaks_;
  const std::string folder_ = testing::TempDir() + "/plugin_library_test";
};

TEST_F(PluginLibraryTest, K9_NoFile) {
  ExpectRefused(Path("nowhere.so"), absl::StatusCode::kNotFound,
                "load plugin \"$PATH\": No such file or directory");
}

TEST_F(PluginLibraryTest, K9_ADirectory) {
  ExpectRefused(Path(""), absl::StatusCode::kInvalidArgument,
                "load plugin \"$PATH\": a directory; name the .so file in it");
}

TEST_F(PluginLibraryTest, K9_APipe) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  ExpectRefused(Path("pipe"), absl::StatusCode::kInvalidArgument,
                "load plugin \"$PATH\": no regular file; name the .so that rondo_plugin has built");
}

TEST_F(PluginLibraryTest, K9_AFileTooLargeToBeOne) {
  const std::string path = Write("huge.so", Content(kSample));
  std::filesystem::resize_file(path, (uintmax_t{1} << 40) + 1);  // A hole, for the most part.
  ExpectRefused(path, absl::StatusCode::kInvalidArgument,
                "load plugin \"$PATH\": a file of 1099511627777 bytes, and a plugin has no more "
                "than 1073741824; name the .so that rondo_plugin has built");
}

TEST_F(PluginLibraryTest, K9_ATextFile) {
  ExpectRefused(Write("text.so", "#!/bin/sh\necho hello\n"), absl::StatusCode::kInvalidArgument,
                "load plugin \"$PATH\": not an ELF file; name the .so that rondo_plugin has built");
}

TEST_F(PluginLibraryTest, K9_ATruncatedFile) {
  const std::string content = Content(kSample);
  ExpectRefused(Write("short.so", content.substr(0, 100)), absl::StatusCode::kDataLoss,
                "load plugin \"$PATH\": cut short: its program headers would lie beyond its end; "
                "build it or copy it again");
  // The note is there, and the dynamic linker would map what is not.
  ExpectRefused(Write("half.so", content.substr(0, content.size() / 2)),
                absl::StatusCode::kDataLoss,
                "load plugin \"$PATH\": cut short: its content would lie beyond its end; build it "
                "or copy it again");
}

TEST_F(PluginLibraryTest, K9_A32BitLibrary) {
  Elf32_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS32;
  header.e_type = ET_DYN;
  header.e_machine = EM_386;
  const std::string content(reinterpret_cast<const char*>(&header), sizeof(header));
  ExpectRefused(Write("i386.so", content), absl::StatusCode::kInvalidArgument,
                "load plugin \"$PATH\": a 32-bit ELF file, which a 64-bit program cannot load; "
                "build it for x86-64");
}

TEST_F(PluginLibraryTest, K9_ALibraryThatIsNoPlugin) {
  ExpectRefused("/lib/x86_64-linux-gnu/libm.so.6", absl::StatusCode::kInvalidArgument,
                "load plugin \"$PATH\": a shared object, but not a Rondo plugin: it has no note of "
                "its ABI; declare it with rondo_plugin, and its class with RONDO_PLUGIN");
}

TEST_F(PluginLibraryTest, K9_OtherSanitizerFlags) {
  std::string other = Host("sanitizer");
  other[0] = 'X';
  ExpectRefused(
      Write("sanitized.so", WithAbi("sanitizer", 'X')), absl::StatusCode::kFailedPrecondition,
      absl::StrCat("load plugin \"$PATH\": built for another ABI: it has sanitizer=", other,
                   ", this program sanitizer=", Host("sanitizer"),
                   "; build it with this program's Rondo, compiler and flags"));
}

TEST_F(PluginLibraryTest, K9_EveryOtherDifferenceIsNamedToo) {
  for (const char* key : {"rondo", "compiler", "c++", "stdlib", "abseil", "ndebug", "layout"}) {
    const std::string path = Write("other.so", WithAbi(key, 'X'));
    const absl::Status status = PluginLibrary::Load(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("it has ", key, "=X", Host(key).substr(1), ", this program ",
                                       key, "=", Host(key), ";")));
  }
}

TEST_F(PluginLibraryTest, K9_AnAbiOfAnotherForm) {
  std::string content = Content(kSample);
  content[content.find(std::string(HostPluginAbi())) + std::strlen("rondo=1")] = '\n';
  const absl::Status status = PluginLibrary::Load(Write("old.so", content)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("it has \"rondo=1\\ncompiler="));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat(", this program \"", HostPluginAbi(), "\";")));
}

// Not a note that was edited, but a plugin that was built otherwise.
TEST_F(PluginLibraryTest, K9_AnotherLanguageStandard) {
  const absl::Status status = PluginLibrary::Load("tests/runtime/loading/cxx23.so").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(", this program c++=202002L;"));
}

TEST_F(PluginLibraryTest, K9_AnUndefinedSymbol) {
  ExpectRefused("tests/runtime/loading/incomplete.so", absl::StatusCode::kFailedPrecondition,
                "load plugin \"$PATH\": undefined symbol: rondo::sample::NobodyHasThis(int); this "
                "program does not have it: add what defines it to the plugin's deps, or to the "
                "program");
}

TEST_F(PluginLibraryTest, ANoteWithoutAnEntryPoint) {
  ExpectRefused("tests/runtime/loading/no_entry.so", absl::StatusCode::kFailedPrecondition,
                "load plugin \"$PATH\": it has a plugin's note, but no function rondo_make_plugin; "
                "write RONDO_PLUGIN outside unnamed namespaces, and link all of it");
}

TEST_F(PluginLibraryTest, TheAbiIsReadFromTheFile) {
  EXPECT_EQ(*ReadPluginAbi(Write("copy.so", Content(kSample))), HostPluginAbi());
  EXPECT_THAT(*ReadPluginAbi("tests/runtime/loading/cxx23.so"), Not(HasSubstr("c++=202002L")));
  EXPECT_EQ(ReadPluginAbi(Path("nowhere.so")).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(PluginLibraryTest, TheSameFileIsTheSameLibrary) {
  const std::string path = Write("same.so", Content(kSample));
  const int mapped = sample::conduct.libraries_mapped;
  ASSERT_TRUE(PluginLibrary::Load(path).ok());
  EXPECT_EQ(sample::conduct.libraries_mapped, mapped + 1);
  std::filesystem::create_symlink(path, Path("link.so"));
  ASSERT_TRUE(PluginLibrary::Load(path).ok());
  ASSERT_TRUE(PluginLibrary::Load(Path("link.so")).ok());
  EXPECT_EQ(sample::conduct.libraries_mapped, mapped + 1);
}

// The dynamic linker would return the mapping of the old file, since it has the same path.
TEST_F(PluginLibraryTest, AFileInThePlaceOfAnotherIsAnotherLibrary) {
  const std::string path = Write("plugin.so", Content(kSample));
  for (const auto& [content, name] :
       {std::pair(kSample, "sample"), std::pair(kOther, "other"), std::pair(kSample, "sample")}) {
    Write("plugin.so", Content(content));
    absl::StatusOr<PluginLibrary> library = PluginLibrary::Load(path);
    ASSERT_TRUE(library.ok()) << library.status();
    EXPECT_EQ((*library->MakePlugin())->info().name, name);
  }
}

TEST_F(PluginLibraryTest, AFileThatIsWrittenToWhileItIsMapped) {
  const std::string path = Write("plugin.so", Content(kOther));
  ASSERT_TRUE(PluginLibrary::Load(path).ok());
  const timespec touched[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), touched, 0), 0);
  ExpectRefused(path, absl::StatusCode::kFailedPrecondition,
                "load plugin \"$PATH\": it was written to while this process had it mapped, and "
                "may crash now; start again, and exchange a plugin by renaming the new file over "
                "the old one");
}

TEST_F(PluginLibraryTest, AFileThatIsExchangedAfterItWasChecked) {
  const std::string path = Write("plugin.so", Content(kOther));
  absl::StatusOr<internal::PluginFile> file = internal::PluginFile::Open(path);
  ASSERT_TRUE(file.ok());
  Write("plugin.so", Content(kSample));
  const int mapped = sample::conduct.libraries_mapped;
  const absl::Status status = internal::MapFile(path, file->version()).status();
  EXPECT_EQ(status, absl::AbortedError("the file changes while it is loaded; load it again"));
  EXPECT_EQ(sample::conduct.libraries_mapped, mapped) << "code of it has run";
  EXPECT_TRUE(PluginLibrary::Load(path).ok()) << "and again it can be loaded";
}

TEST_F(PluginLibraryTest, AFileThatShrinksWhileItIsRead) {
  const std::string path = Write("plugin.so", Content(kSample));
  absl::StatusOr<internal::PluginFile> file = internal::PluginFile::Open(path);
  ASSERT_TRUE(file.ok());
  std::filesystem::resize_file(path, 100);
  EXPECT_EQ(file->Read()->size(), 100);
}

// Bare, it is a file of the working directory, and not a library of the system.
TEST_F(PluginLibraryTest, ABareNameIsARelativePath) {
  const std::string before = std::filesystem::current_path();
  Write("bare.so", Content(kOther));
  std::filesystem::current_path(Path(""));
  EXPECT_TRUE(PluginLibrary::Load("bare.so").ok());
  std::filesystem::current_path(before);
}

TEST_F(PluginLibraryTest, K11_AConstructorThatThrows) {
  absl::StatusOr<PluginLibrary> library = PluginLibrary::Load(kSample);
  ASSERT_TRUE(library.ok()) << library.status();
  sample::conduct.throws_in = sample::Step::kConstructor;
  EXPECT_EQ(library->MakePlugin().status(),
            absl::InternalError(absl::StrCat("load plugin \"", kSample,
                                             "\": its constructor: exception: a mishap")));
  sample::conduct = {.libraries_mapped = sample::conduct.libraries_mapped};
}

}  // namespace
}  // namespace rondo
