// W1 in Go, where a task is a goroutine and its completion comes by a channel. Its scheduler may run
// the goroutine on the very thread that waits for it.
//
//	go busy|pause ROUNDS
//	go idle MILLISECONDS
package main

import (
	"os"
	"rondo/benchmarks/measure"
	"time"
)

func rounds(pause bool, count int64) []int64 {
	latency := make([]int64, count)
	done := make(chan int)
	for i := range latency {
		begin := measure.NowNanos()
		go func() { done <- 1 }()
		measure.Require(<-done == 1, "done")
		latency[i] = measure.NowNanos() - begin
		if pause {
			time.Sleep(100 * time.Microsecond)
		}
	}
	return latency
}

func main() {
	count := measure.Number(2, 200_000)
	if os.Args[1] == "idle" {
		m := measure.Begin()
		time.Sleep(time.Duration(count) * time.Millisecond)
		m.Print(count, nil)
		return
	}
	pause := os.Args[1] == "pause"
	rounds(pause, 200)
	m := measure.Begin()
	latency := rounds(pause, count)
	m.Print(count, measure.Quantiles("latency", latency))
}
