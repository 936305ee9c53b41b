//go:build !race

package sla

const raced = false
