#include "examples/node_experiment/sealing.h"

#include <sys/random.h>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace rondo::experiment {

std::string RandomSalt() {
  std::string salt(16, '\0');
  PCHECK(getentropy(salt.data(), salt.size()) == 0);
  return salt;
}

std::string Excerpt(absl::string_view bytes) {
  return absl::StrCat(absl::BytesToHexString(bytes.substr(0, 16)), "..., ", bytes.size(), " bytes");
}

}  // namespace rondo::experiment
