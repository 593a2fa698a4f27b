"""What the profiles say: why a goal is missed, what was tried, and where the floor is."""

ABOUT = """\
For most of them "What profiles say", below the tables of a workload, has the reason. It is written by
hand, of 2026-11 and a virtual machine of two cores; the tables are newer.
"""

# By workload, below its tables. The shares are those of `perf record`, the instructions those of
# callgrind.
FINDINGS = {
    "W1": """\
While work keeps coming, a round is two hand-overs between caches and three readings of the clock
for the statistics, about 20 ns each on this virtual machine. Nothing sleeps and nothing is
allocated. When two virtual processors share a core, or another program needs one of them, all of
the columns are slower by the factor that the raw one shows, up to a hundred.
""",
    "W2": """\
The statistics of each kind are part of all of these figures. Their cost is 56 of the 757
instructions of a submission with its completion (`//tests/hot_paths`: 701 when they are taken out
of the source), and about 5 % of the time with 1024 in flight, on a machine at work: more than
the 3 % that was hoped for.
They were 46 % before, when every task was timed: a reading of the clock costs as much as a third of
a task, so now one task in 64 is timed while more than eight of its kind are in flight. What is left
is what is counted: submitted, in flight, and completed by status.

With the clock gone, a fifth of the loop's time is `TaskQueue::TryPush`, that is, the cache line of
the queue's end coming back from a worker, and a tenth is taking what workers have finished. By hand
16 tasks are moved at once; a queue that does so here would delay the first of them.
""",
    "W3": """\
To start a timer with a delay is to read the clock, since a timer must not fire early, not even when
a callback has run for long: `clock_gettime` is 53 % of the time of a cancel and start at 10⁴. libuv
counts from when the loop woke, and fires early. Who starts many timers at once reads the clock once
and calls `StartAt`; that is the row without the clock. What is left there are 80 instructions of the
wheel, and 124 of the loop's (which thread, what keeps the loop alive, ticks from nanoseconds). By
hand it is one level of 65 536 slots without a bitmap, 29 instructions: it serves no longer delays,
and finds its next deadline by walking.

With 10⁶ outstanding the time is that of cache misses: a timer with its callback is two cache lines
instead of one.

Of the expiry a third is `Cascade`: 64 slots a level mean that nearly every timer of 1 to 1000 ms
moves down once, which is one more miss; a wheel of one level never moves one. A wider lowest level
would not help timers of seconds, and they are what servers have.
""",
    "W4": """\
A post from another thread is one compare-and-swap on the inbox's head, a line that both threads
write, and a block from the recycler, which the other thread takes and the loop gives back: blocks
cross in batches under a lock (5 % of the time). Tasks that need no memory show the way without it.
""",
    "W5": """\
Of a message with coroutines about a fifth is the caller's coroutine itself; most of the rest is to
read, to write, and to suspend. With one connection each message is a turn of the loop and a wait of
its own, which is why it costs more.
""",
    "W9": """\
Two fifths of the time are the dynamic linker's, who looks up the symbols of OpenSSL, c-ares, Argon2
and libstdc++; half is the kernel's, which maps them and starts four threads. Rondo's own code is
4 %. Of the memory the heap is 0.3 MiB; most of the other pages are those of files, the
largest parts libcrypto (1.6 MiB), libstdc++ and libc (1.4 MiB each) and the program's text, and
shared with all programs that use them. A program with fewer plugins has less of both.
""",
}
