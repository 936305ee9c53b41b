// Package bench measures Stormdrill beside its peers, in ratios: the benchmarks of the
// load generator, and what the others share with them. `make bench` runs them all. They
// ask for programs and an engine, and so stand behind the build tag drill.
package bench
