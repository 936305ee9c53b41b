package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// What a command needs that was given no argument.
const (
	needsDrill  = "name a DRILL (stormdrill list has those shipped)"
	needsRecord = "name an evidence folder or a run of the history (stormdrill history lists them)"
)

// anyOf wants one argument or more; needs is what is missing where there is none.
func anyOf(needs string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return errors.New(needs)
		}
		return nil
	}
}

// between wants so many arguments; needs is what is missing where there are fewer.
func between(least, most int, needs string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return errors.New(needs)
		case len(args) > most:
			return fmt.Errorf("%q is one too many: want %s", args[most], c.UseLine())
		}
		return nil
	}
}
