// W4 in Go: a goroutine that yields, and one that sends to another.
//
//	go coroutine|remote COUNT
package main

import (
	"os"
	"rondo/benchmarks/measure"
	"runtime"
)

func yield(count int64) {
	done := make(chan int)
	go func() {
		for i := int64(0); i < count; i++ {
			runtime.Gosched()
		}
		done <- 1
	}()
	<-done
}

func remote(count int64) {
	posts := make(chan func(), 65536)
	go func() {
		post := func() {}
		for i := int64(0); i < count; i++ {
			posts <- post
		}
	}()
	for i := int64(0); i < count; i++ {
		(<-posts)()
	}
}

func main() {
	count := measure.Number(2, 1_000_000)
	run := remote
	if os.Args[1] == "coroutine" {
		runtime.GOMAXPROCS(1)
		run = yield
	}
	run(10_000)
	m := measure.Begin()
	run(count)
	m.Print(count, nil)
}
