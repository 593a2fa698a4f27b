module rondo/benchmarks

go 1.19
