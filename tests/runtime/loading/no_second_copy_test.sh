#!/usr/bin/env bash
# no_second_copy_test.sh PLUGIN.SO: what the host has, the plugin must not bring. It may define
# what every user of a header defines, and the dynamic linker merges (weak symbols); its own; and
# the entry point.
set -euo pipefail

defined=$(nm --dynamic --defined-only --demangle "$1")
undefined=$(nm --dynamic --undefined-only --demangle "$1")
fail() {
  echo "$1: $2"
  exit 1
}

brought=$(grep -E ' [ABCDGRSTi] .*(absl|rondo)::' <<<"$defined" | grep -v 'rondo::sample::' || true)
[[ -z $brought ]] || fail "$1 brings what the host has" "$brought"
# Or the search above has become blind.
grep -q ' T rondo_make_plugin$' <<<"$defined" || fail "$1 has no entry point" "$defined"
for needed in 'rondo::Plugin::~Plugin' 'absl::.*::Cord::'; do
  grep -q " U $needed" <<<"$undefined" || fail "$1 does not leave $needed to its host" "$undefined"
done
