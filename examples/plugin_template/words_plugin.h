// The plugin.
#ifndef WORDS_WORDS_PLUGIN_H_
#define WORDS_WORDS_PLUGIN_H_

#include <cstdint>

#include "absl/status/status.h"
#include "runtime/fields.h"
#include "runtime/plugin.h"
#include "runtime/registrar.h"

namespace words {

// Brings the kinds of words.h to a runtime.
//
//   auto runtime = rondo::Runtime::Builder().Add(std::make_unique<words::WordsPlugin>()).Build();
class WordsPlugin final : public rondo::Plugin {
 public:
  rondo::PluginInfo info() const override;
  void VisitOptions(rondo::FieldVisitor& visit) override;
  absl::Status Register(rondo::Registrar& registrar) override;

 private:
  int64_t max_line_bytes_ = 4096;
};

}  // namespace words

#endif  // WORDS_WORDS_PLUGIN_H_
