#!/usr/bin/env bash
# debian_test.sh (FOUND EXPECTED)...
set -euo pipefail

(($# > 0 && $# % 2 == 0))
status=0
while (($#)); do
  [[ $1 == "$2" ]] || { printf 'found    %s\nexpected %s\n' "$1" "$2"; status=1; }
  shift 2
done
exit "$status"
