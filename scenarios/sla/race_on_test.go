//go:build race

package sla

// raced: the race detector makes a simulation take ten times as long.
const raced = true
