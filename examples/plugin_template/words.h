// What the plugin does, as its users see it: a request type for each kind.
#ifndef WORDS_WORDS_H_
#define WORDS_WORDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "runtime/fields.h"

namespace words {

// Counts lines and words, words being what white space separates.
struct CountWords {
  static constexpr absl::string_view kKind = "words.count_words";
  struct Result {
    int64_t lines = 0;
    int64_t words = 0;

    void VisitFields(rondo::FieldVisitor& visit) {
      visit("lines", lines);
      visit("words", words);
    }
  };
  std::string text = {};

  void VisitFields(rondo::FieldVisitor& visit) { visit("text", text, {.required = true}); }
};

// Waits for a line on a named pipe, and returns it without its end.
// Errors: those of opening it; INVALID_ARGUMENT for what is no pipe; RESOURCE_EXHAUSTED for a line
// that is longer than the option max_line_bytes.
struct ReadLine {
  static constexpr absl::string_view kKind = "words.read_line";
  using Result = std::string;
  std::string path = {};

  void VisitFields(rondo::FieldVisitor& visit) {
    visit("path", path, {.required = true, .help = "of a named pipe"});
  }
};

}  // namespace words

#endif  // WORDS_WORDS_H_
