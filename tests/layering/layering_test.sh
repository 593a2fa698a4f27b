#!/usr/bin/env bash
# layering_test.sh SEEN BEYOND...: fails for each BEYOND_x that names a target, which x must not
# depend on, and when SEEN names none.
set -euo pipefail

status=0
for needed in //pool:pool //poller:poller //timers:timer_wheel; do
  grep -qx "$needed" "$1" || {
    echo "the queries do not see that the runtime depends on $needed"
    status=1
  }
done
shift
for beyond in "$@"; do
  if [[ -s $beyond ]]; then
    echo "${beyond##*/beyond_} must not depend on:"
    sed 's/^/  /' "$beyond"
    status=1
  fi
done
exit "$status"
