#!/usr/bin/env bash
# A gcc that miscompiles co_await is refused with a message that says so; a newer one is not.
set -u
header=runtime/task.h

refused() { g++ -std=c++20 -U__GNUC__ "-D__GNUC__=$1" -E "$header" 2>&1 | grep -q 'destroys the temporaries of a co_await'; }

refused 12 || { echo "gcc 12 is not refused"; exit 1; }
refused 14 && { echo "gcc 14 is refused"; exit 1; }
exit 0
