#!/usr/bin/env bash
# Makes a Debian 12 machine able to build Rondo, and with PACKAGE... installs those as well. Says and
# does nothing when that is done already.
set -euo pipefail

readonly packages=(
  # The build tool, the compiler with its sanitizers and linker, and a C++ standard library.
  bazel-bootstrap clang-19 libclang-rt-19-dev lld-19 g++
  # For those who change the code.
  clang-format-19 clang-tidy-19 git python3
  # What the plugins stand on.
  libargon2-dev libc-ares-dev libssl-dev nlohmann-json3-dev node-llhttp
  # What tests compare with.
  curl dnsmasq-base iproute2 openssl socat
  # What the caller wants besides.
  "$@"
)

# How long to wait for another apt: on a machine just started, one looks for updates.
readonly lock_seconds=300

fail() {
  echo "setup.sh: $*" >&2
  exit 1
}

# Those of the packages that are not installed.
missing() {
  comm -23 <(printf '%s\n' "${packages[@]}" | sort) \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null |
      sed -n 's/^installed //p' | sort -u)
}

# Runs apt-get quietly; `apt_error` is what it had to say when it fails.
apt() {
  local output
  if output=$("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
    apt-get -qq -y -o DPkg::Lock::Timeout=$lock_seconds "$@" 2>&1); then
    return 0
  fi
  apt_error=$(sed -n '/^E: /{p;q}' <<<"$output")
  : "${apt_error:=$(tail -n 1 <<<"$output")}"
  return 1
}

# Fetches the package lists. The option above does not make apt-get wait for their lock.
update() {
  local waited
  for ((waited = 0; waited < lock_seconds; waited += 2)); do
    apt update && return
    [[ $apt_error == *lists/lock* ]] || return 1
    sleep 2
  done
  return 1
}

command -v dpkg-query apt-get >/dev/null ||
  fail "this is no Debian; install by hand what corresponds to: ${packages[*]}"

mapfile -t wanted < <(missing)
((${#wanted[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null ||
    fail "run this as root, or install sudo; missing: ${wanted[*]}"
  as_root=(sudo)
fi

echo "setup.sh: installing ${wanted[*]}"
apt_error=
# The package lists that are there may do; when they are absent or out of date, fetch them.
if ! apt install --no-install-recommends "${wanted[@]}"; then
  update || fail "apt-get update: $apt_error"
  apt install --no-install-recommends "${wanted[@]}" ||
    fail "apt-get install: $apt_error (is this Debian 12?)"
fi

mapfile -t wanted < <(missing)
((${#wanted[@]} == 0)) || fail "still missing after apt-get install: ${wanted[*]}"
