// Package run takes one drill from its plan to its scorecard: it starts the lab, drives the
// engine, keeps the record, follows the steers, and sees to it that a reaper is there for
// what would be left. It prints nothing: a Console does.
package run
