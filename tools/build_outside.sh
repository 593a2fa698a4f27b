#!/usr/bin/env bash
# build_outside.sh EXAMPLE RONDO: builds and tests a plugin as an author outside this repository
# does, in a copy of its workspace, and has the program RONDO load it and call a kind.
#
#   bazel build //runtime:rondo && tools/build_outside.sh plugin_template bazel-bin/runtime/rondo
set -euo pipefail

readonly example=$1
declare -A libraries=([plugin_template]=words.so [redis_plugin]=redis.so)
rondo=$(realpath "$2")
readonly rondo
repository=$(realpath "$(dirname "$0")/..")
readonly repository

# Always the same place, so that Bazel finds what it built there the last time.
readonly outside=${XDG_CACHE_HOME:-$HOME/.cache}/rondo_outside
readonly copy=$outside/$example
mkdir -p "$outside"
rm -rf "$copy"
mkdir "$copy"
# Without the links into what somebody may have built in the tree.
tar -C "$repository/examples/$example" --exclude='./bazel-*' -c . | tar -C "$copy" -x
cd "$copy"

options=(--override_repository="rondo=$repository" --disk_cache="$outside/disk_cache")
trap 'bazel shutdown' EXIT # Its server takes memory, and is not needed for long.

timeout 1800 bazel test --curses=no --show_progress_rate_limit=60 "${options[@]}" //...

library=$(bazel info "${options[@]}" bazel-bin 2>/dev/null)/${libraries[$example]}
"$rondo" check "$library"
if [[ $example == plugin_template ]]; then
  result=$("$rondo" call words.count_words text="one two three" --json --plugin "$library")
  grep -Eq '"words": ?3' <<<"$result" || {
    echo "the stock host said: $result" >&2
    exit 1
  }
fi
