// W3 in Go.
//
//	go churn TIMERS OPERATIONS
//	go expire TIMERS
package main

import (
	"os"
	"rondo/benchmarks/measure"
	"runtime"
	"sync"
	"time"
)

func heapBytes() float64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return float64(memory.HeapAlloc)
}

func churn(count, operations int64) {
	random := measure.NewRandom()
	delay := func() time.Duration {
		return time.Duration(1000+random.Below(59001)) * time.Millisecond
	}
	before := heapBytes()
	timers := make([]*time.Timer, count)
	for i := range timers {
		timers[i] = time.AfterFunc(delay(), func() {})
	}
	bytes := (heapBytes() - before) / float64(count)
	run := func(times int64) {
		for i := int64(0); i < times; i++ {
			timer := timers[random.Below(uint64(count))]
			timer.Stop()
			timer.Reset(delay())
		}
	}
	run(10_000)
	m := measure.Begin()
	run(operations)
	m.Print(operations, map[string]float64{"bytes_per_timer": bytes})
}

func expire(count int64) {
	random := measure.NewRandom()
	lateness := make([]int64, count)
	var group sync.WaitGroup
	group.Add(int(count))
	m := measure.Begin()
	for i := range lateness {
		delay := time.Duration(1+random.Below(1000)) * time.Millisecond
		due := measure.NowNanos() + int64(delay)
		late := &lateness[i]
		time.AfterFunc(delay, func() {
			*late = measure.NowNanos() - due
			group.Done()
		})
	}
	group.Wait()
	m.Print(count, measure.Quantiles("lateness", lateness))
}

func main() {
	timers := measure.Number(2, 10_000)
	if os.Args[1] == "churn" {
		churn(timers, measure.Number(3, 1_000_000))
	} else {
		expire(timers)
	}
}
