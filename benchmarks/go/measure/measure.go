// Package measure is what common/measure.h is, for programs in Go. Allocations are not counted.
package measure

import (
	"encoding/json"
	"os"
	"sort"
	"strconv"
	"syscall"
	"time"
)

var start = time.Now()

// NowNanos counts from the start of the program, by the monotonic clock.
func NowNanos() int64 { return int64(time.Since(start)) }

// Number is an argument of the program, or `otherwise` when there are not so many.
func Number(index int, otherwise int64) int64 {
	if index >= len(os.Args) {
		return otherwise
	}
	number, err := strconv.ParseInt(os.Args[index], 10, 64)
	Require(err == nil, "a number")
	return number
}

// Require ends the program with `what` on stderr unless `ok`.
func Require(ok bool, what string) {
	if !ok {
		os.Stderr.WriteString("wrong: " + what + "\n")
		os.Exit(1)
	}
}

type usage struct{ wall, cpu, switches int64 }

func now() usage {
	var used syscall.Rusage
	Require(syscall.Getrusage(syscall.RUSAGE_SELF, &used) == nil, "getrusage")
	return usage{NowNanos(), used.Utime.Nano() + used.Stime.Nano(), used.Nvcsw + used.Nivcsw}
}

// A Measurement begins when it is made.
type Measurement struct{ begin usage }

func Begin() Measurement { return Measurement{now()} }

// Print ends it.
func (m Measurement) Print(operations int64, more map[string]float64) {
	end := now()
	report := map[string]float64{
		"operations":       float64(operations),
		"wall_ns":          float64(end.wall - m.begin.wall),
		"cpu_ns":           float64(end.cpu - m.begin.cpu),
		"context_switches": float64(end.switches - m.begin.switches),
	}
	for key, value := range more {
		report[key] = value
	}
	line, err := json.Marshal(report)
	Require(err == nil, "a report")
	os.Stdout.Write(append(line, '\n'))
}

// Quantiles sorts `nanos`.
func Quantiles(name string, nanos []int64) map[string]float64 {
	sort.Slice(nanos, func(i, j int) bool { return nanos[i] < nanos[j] })
	last := len(nanos) - 1
	return map[string]float64{
		name + "_p50_ns": float64(nanos[last/2]),
		name + "_p99_ns": float64(nanos[int(float64(last)*0.99)]),
		name + "_max_ns": float64(nanos[last]),
	}
}

// Random gives the numbers of common/random.h.
type Random struct{ state uint64 }

func NewRandom() Random { return Random{1} }

func (r *Random) Below(bound uint64) int64 {
	r.state = r.state*6364136223846793005 + 1442695040888963407
	return int64(((r.state >> 32) * bound) >> 32)
}
