// W9 in Go: an empty program.
package main

func main() {}
