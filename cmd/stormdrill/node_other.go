//go:build !linux || nonode

package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// newNode: this program is a command line alone. What containers run is the Linux program
// that lies beside it.
func newNode() *cobra.Command {
	return &cobra.Command{Use: "node", Hidden: true, DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("this program is the command line alone: nodes of a drill run the " +
				"Linux one")
		}}
}
