"""The workloads: which programs, which sizes, which goals."""

import crypto_rows
import echo_rows
import fs_rows
import pool_rows
import start_rows
import tick_rows
import timer_rows

TITLES = {
    "W1": "W1: pool latency",
    "W2": "W2: pool throughput",
    "W3": "W3: timers",
    "W4": "W4: ticks and posts",
    "W5": "W5: echo server",
    "W6": "W6: files",
    "W8": "W8: cryptography",
    "W9": "W9: start and exit",
}

INTRODUCTION = """\
What the runtime costs, beside the least that the same work costs when it is written by hand (raw),
and beside libuv, Asio, Node and Go. Each column is a program of its own in `benchmarks/`; all of them
do the same work, those in C++ are built with the same flags, and they count alike. To repeat it:

    {command}

`--install` installs what the peers need. This file and its plots are written by that command.

Times are medians of {runs} runs, with the least and the largest behind them; the programs of a row
run by turns, so that a change of the machine's pace meets all of them. A time says little about
another machine, a ratio says more. CPU is the processor time of all threads together, which other
programs on the machine disturb less than the time on the clock. An operation is one round, task,
timer, tick or message, as the row says.

Exact counters do not depend on the machine's pace: instructions are those of the program itself
(callgrind), system calls are counted by strace, context switches by getrusage, allocations by a
malloc that all programs in C++ share. What differs from run to run nevertheless is marked with the
reason.
"""

# What a reader of a workload's table has to know.
NOTES = {
    "W6": """\
All files are in the page cache. By hand two threads do nothing but the system calls; Rondo's pool
and libuv's have four. A whole file is one operation here, and on libuv four, one behind the other.
""",
    "W8": """\
By hand it is OpenSSL's EVP in a loop, the algorithm fetched and the context made once, each text
copied before, as a task has its own. Rondo computes on the loop thread what is small. Of one task
in flight at a time, the cost is a turn of the loop each. Node's hashes and ciphers are those of its
synchronous interface.
""",
    "W9": """\
Rondo's program has the standard plugins and starts a pool of four threads, Asio's starts such a
pool as well; those by hand and on libuv start no thread.
""",
    "W5": """\
One thread serves; one client, the same program for all servers, runs on another core and compares
every byte. CPU is that of the server, the kernel's part included, which is nearly all of it. The
system calls of several connections depend on how many messages the server finds at once, and so
does a part of the instructions. Asio's reads wait in a buffer of 4 KiB for each connection,
Rondo's coroutines have one of 64 B each; the others share one buffer.
""",
    "W1": """\
One task in flight: loop, worker, loop. By hand two threads look for a moment and then sleep on a
futex; after a pause, in which the loop's thread sleeps for 100 µs so that nobody can be spinning,
they wake each other by futex and eventfd. Node's cheapest task is an fstat; Go's is a goroutine,
which may run on the very thread that waits for it.
""",
    "W2": """\
Four workers. By hand they take up to 16 tasks at once from one ring, and give them back as one
list. Node's cheapest task is an fstat.
""",
    "W3": """\
In Rondo and Asio a timer reads the clock when it is started; on libuv and by hand it does not.
""",
}

ROWS = [
    *pool_rows.ROWS,
    *timer_rows.ROWS,
    *tick_rows.ROWS,
    *echo_rows.ROWS,
    *fs_rows.ROWS,
    *crypto_rows.ROWS,
    *start_rows.ROWS,
]


def names():
    return sorted({row.workload for row in ROWS})


def rows_of(workloads, quick):
    when = "quick" if quick else "full"
    return [row for row in ROWS if row.workload in workloads and when in row.when]
