// W2 in Go: a goroutine a task; completions come by a channel.
//
//	go flight TASKS 0 [IN_FLIGHT]
//	go fanout TASKS
package main

import (
	"os"
	"rondo/benchmarks/measure"
	"sync"
)

func flight(count, inFlight int64) {
	done := make(chan int, inFlight)
	task := func() { done <- 1 }
	submitted := inFlight
	if count < submitted {
		submitted = count
	}
	for i := int64(0); i < submitted; i++ {
		go task()
	}
	for completed := int64(0); completed < count; completed++ {
		measure.Require(<-done == 1, "done")
		if submitted < count {
			submitted++
			go task()
		}
	}
}

func fanOut(count int64) {
	var group sync.WaitGroup
	const atOnce = 65536
	for count > 0 {
		part := count
		if part > atOnce {
			part = atOnce
		}
		group.Add(int(part))
		for i := int64(0); i < part; i++ {
			go group.Done()
		}
		group.Wait()
		count -= part
	}
}

func main() {
	count := measure.Number(2, 2_000_000)
	run := fanOut
	if os.Args[1] == "flight" {
		inFlight := measure.Number(4, 1024)
		run = func(count int64) { flight(count, inFlight) }
	}
	run(5000)
	m := measure.Begin()
	run(count)
	m.Print(count, nil)
}
