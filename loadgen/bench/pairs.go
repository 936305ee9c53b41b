//go:build drill

package bench

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// Runs is how often each candidate of a comparison runs: BENCH_RUNS, else 7.
func Runs(tb testing.TB) int {
	text := os.Getenv("BENCH_RUNS")
	if text == "" {
		return 7
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		tb.Fatalf("BENCH_RUNS=%s: want a number of runs, 1 or more", text)
	}
	return n
}

// Rounds runs every candidate once in each of n rounds and gives what they
// measured, by candidate and round. Every second round goes backwards, so that
// a machine that gets slower favours neither.
func Rounds[T any](n int, candidates ...func() T) [][]T {
	all := make([][]T, len(candidates))
	for round := range n {
		order := make([]int, len(candidates))
		for i := range order {
			order[i] = i
		}
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, i := range order {
			all[i] = append(all[i], candidates[i]())
		}
	}
	return all
}

// Of takes one figure of each round.
func Of[T any](rounds []T, figure func(T) float64) []float64 {
	all := make([]float64, len(rounds))
	for i, r := range rounds {
		all[i] = figure(r)
	}
	return all
}

// Ratios divides round by round: what disturbs both of a pair cancels out.
func Ratios(have, base []float64) []float64 {
	all := make([]float64, len(have))
	for i := range all {
		all[i] = have[i] / base[i]
	}
	return all
}

// Quantile is the q-quantile by nearest rank, q in (0, 1].
func Quantile(q float64, all []float64) float64 {
	return stat.Quantile(q, stat.Empirical, slices.Sorted(slices.Values(all)), nil)
}

// Median is the 0.5-quantile.
func Median(all []float64) float64 { return Quantile(0.5, all) }

// Spread prints a median and between what the rounds lay: "0.98 (0.95–1.02)".
func Spread(all []float64) string {
	return fmt.Sprintf("%.2f (%.2f–%.2f)", Median(all), slices.Min(all), slices.Max(all))
}
