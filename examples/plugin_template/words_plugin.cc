#include "words_plugin.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "bodies.h"
#include "runtime/completion.h"
#include "runtime/plugin_entry.h"
#include "words.h"

namespace words {

rondo::PluginInfo WordsPlugin::info() const {
  return {.name = "words", .summary = "words and lines"};
}

void WordsPlugin::VisitOptions(rondo::FieldVisitor& visit) {
  visit("max_line_bytes", max_line_bytes_, {.help = "longer lines are an error"});
}

absl::Status WordsPlugin::Register(rondo::Registrar& registrar) {
  if (max_line_bytes_ < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_line_bytes is ", max_line_bytes_, ", and has to be at least 1"));
  }
  // On a worker, no more than two at once: texts may be long, and others want workers as well.
  registrar.OnPool<CountWords>(&Count, {.max_concurrency = 2});
  // On the loop, for as long as it takes: waiting for a pipe costs no thread.
  registrar.OnLoop<ReadLine>([this](ReadLine request, rondo::Completion<std::string> done) {
    StartReadLine(std::move(request), max_line_bytes_, std::move(done));
  });
  return absl::OkStatus();
}

RONDO_PLUGIN(WordsPlugin);

}  // namespace words
