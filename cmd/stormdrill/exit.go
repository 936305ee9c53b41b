package main

import (
	"fmt"
)

// Exit statuses. They are part of the command line's contract.
const (
	exitPass         = 0
	exitFail         = 1
	exitInconclusive = 2
	exitInvalid      = 3 // usage, or an invalid scenario
	exitHarness      = 4 // the harness or its surroundings failed
	exitInterrupted  = 130
)

// exitError ends the program with a status. Its err, printed once, may be nil
// where what there is to say has been said.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// count says how many, in words.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// noVerdict is what a crash comes to.
const noVerdict = "there is no verdict; nodes and reaper lift and remove what there was " +
	"(stormdrill clean does, too)"
