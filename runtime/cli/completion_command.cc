#include "absl/status/status.h"
#include "runtime/cli/commands.h"

namespace rondo::cli {
namespace {

// Asks the command itself, so that it knows the kinds of a plugin that is on the line, too.
constexpr absl::string_view kBash = R"bash(_rondo() {
  local word=${COMP_WORDS[COMP_CWORD]} plugins=() i
  for ((i = 1; i + 1 < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == --plugin ]] && plugins+=(--plugin "${COMP_WORDS[i + 1]}")
  done
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "call check completion help kinds run" -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
    call | kinds)
      if ((COMP_CWORD == 2)); then
        COMPREPLY=($(compgen -W "$("$1" kinds --names "${plugins[@]}" 2>/dev/null)" -- "$word"))
      elif [[ ${COMP_WORDS[1]} == call ]]; then
        COMPREPLY=($(compgen -W "$("$1" kinds "${COMP_WORDS[2]}" "${plugins[@]}" 2>/dev/null |
          sed -n '/^request:/,/^result/s/^  \([a-z_0-9.]*\) .*/\1=/p')" -- "$word"))
        compopt -o nospace 2>/dev/null
      fi
      ;;
    help) COMPREPLY=($(compgen -W "call check completion kinds run" -- "$word")) ;;
    run | check) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o default -F _rondo rondo
)bash";

}  // namespace

ExitCode Completion(const Arguments& arguments, Console& console) {
  if (arguments.words.size() != 1 || arguments.words[0] != "bash") {
    return console.Fail(absl::InvalidArgumentError("completion: only for bash"), kUsage);
  }
  console.Out(kBash);
  return kDone;
}

}  // namespace rondo::cli
