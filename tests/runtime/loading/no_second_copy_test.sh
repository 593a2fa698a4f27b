#!/usr/bin/env bash
# no_second_copy_test.sh PLUGIN.SO: what the host has, the plugin must not bring. It may define
# what every user of a header defines, and the dynamic linker merges (weak symbols); its own; and
# the entry point.
set -euo pipefail

brought=$(nm --dynamic --defined-only --demangle "$1" | grep -E ' [ABCDGRSTi] ' |
  grep -E '(absl|rondo)::' | grep -v 'rondo::sample::' || true)
if [[ -n $brought ]]; then
  echo "$1 brings what the host has:"
  echo "$brought"
  exit 1
fi
# Or the search above has become blind.
nm --dynamic --defined-only "$1" | grep -q ' T rondo_make_plugin$'
nm --dynamic --undefined-only --demangle "$1" | grep -q ' U rondo::Plugin::~Plugin'
nm --dynamic --undefined-only --demangle "$1" | grep -q ' U absl::.*::Cord'
# The entry point is the only one of its kind.
[[ $(nm --dynamic --defined-only "$1" | grep -c ' T rondo_') == 1 ]]
