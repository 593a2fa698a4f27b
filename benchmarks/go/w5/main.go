// W5 in Go: a goroutine a connection.
//
//	go coroutines
package main

import (
	"fmt"
	"net"
	"os"
	"rondo/benchmarks/measure"
	"runtime"
	"sync/atomic"
)

func main() {
	runtime.GOMAXPROCS(1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	measure.Require(err == nil, "listen")
	fmt.Printf("port %d\n", listener.Addr().(*net.TCPAddr).Port)
	m := measure.Begin()
	var open, bytes int64
	serve := func(stream net.Conn) {
		buffer := make([]byte, 4096)
		for {
			size, err := stream.Read(buffer)
			if err != nil {
				break
			}
			_, err = stream.Write(buffer[:size])
			measure.Require(err == nil, "write")
			atomic.AddInt64(&bytes, int64(size))
		}
		stream.Close()
		if atomic.AddInt64(&open, -1) == 0 {
			m.Print(atomic.LoadInt64(&bytes)/64, nil)
			os.Exit(0)
		}
	}
	for {
		stream, err := listener.Accept()
		measure.Require(err == nil, "accept")
		atomic.AddInt64(&open, 1)
		go serve(stream)
	}
}
