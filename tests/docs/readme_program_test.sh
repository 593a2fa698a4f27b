#!/usr/bin/env bash
# Runs the README's first program where no server answers it, with copies and then without.
set -euo pipefail

program=$PWD/$1
cd "$TEST_TMPDIR"

expect() {
  if ! grep -q "$1" output; then
    echo "the output has no line like: $1"
    cat output
    exit 1
  fi
}

echo "all is well" >news.txt
echo "it rains" >weather.txt
"$program" >output
expect "all is well"
expect "it rains"
expect "^fs.read_file: 2, "

rm weather.txt
if "$program" >output; then
  echo "it ended well without weather.txt"
  exit 1
fi
expect 'open "weather.txt": No such file or directory'
