#!/usr/bin/env bash
# setup_test.sh SETUP: what setup.sh does about an apt-get that fails.
set -euo pipefail
setup=$PWD/$1
cd "$(mktemp -d "$TEST_TMPDIR/XXXXXX")"

# stand_in NAME: makes a command of what it reads.
mkdir bin
stand_in() {
  { echo '#!/usr/bin/env bash'; cat; } >"bin/$1"
  chmod +x "bin/$1"
}
export PATH=$PWD/bin:$PATH

# Of a machine on which nothing is installed but by apt-get install.
stand_in dpkg-query <<'END'
[[ -e installed ]] || exit 1
for package in "${@:4}"; do echo "installed $package"; done
END
stand_in sudo <<'END'
exec "$@"
END
stand_in sleep <<'END'
echo "sleep $*" >>log
END
# Its update fails as many times as the file update-fails has lines, with what they say.
stand_in apt-get <<'END'
if [[ " $* " == *" install "* ]]; then
  echo install >>log
  [[ -e updated ]] || { echo "E: Unable to locate package clang-19"; exit 100; }
  touch installed
elif [[ -s update-fails ]]; then
  echo update >>log
  head -n 1 update-fails
  sed -i 1d update-fails
  exit 100
else
  echo update >>log
  touch updated
fi
END

# expect STATUS OUTPUT LOG: runs setup.sh. OUTPUT is a pattern for its last line.
expect() {
  local status=0 output
  rm -f installed updated log
  output=$("$setup" 2>&1 | tail -n 1; exit "${PIPESTATUS[0]}") || status=$?
  log=$(paste -sd ' ' log)
  # shellcheck disable=SC2053
  [[ $status == "$1" && $output == $2 && $log == "$3" ]] || {
    printf 'exit %s: %s\nlog: %s\nexpected %s: %s\nlog: %s\n' \
      "$status" "$output" "$log" "$1" "$2" "$3"
    exit 1
  }
}

locked='E: Could not get lock /var/lib/apt/lists/lock. It is held by process 42 (apt-get)'

: >update-fails
expect 0 'setup.sh: installing *' 'install update install'

# On a machine just started, another apt fetches the lists.
printf '%s\n' "$locked" "$locked" >update-fails
expect 0 'setup.sh: installing *' 'install update sleep 2 update sleep 2 update install'

# But not for ever.
for _ in {1..1000}; do echo "$locked"; done >update-fails
expect 1 'setup.sh: apt-get update: E: Could not get lock *' \
  "install$(printf ' update sleep %.0s2' {1..150})"

# Nothing else gets better by waiting.
echo 'E: The repository is not signed.' >update-fails
expect 1 'setup.sh: apt-get update: E: The repository is not signed.' 'install update'
