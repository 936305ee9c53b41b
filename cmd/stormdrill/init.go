package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/scenarios"
)

func newInit() *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "init FILE",
		Short: "Write a commented scenario to begin with",
		Long: `Init writes a scenario with comments to FILE. As it stands it runs on embedded
targets and passes; replace them with your own. With --from it is a shipped drill.
A file that exists is left alone.`,
		Example: `  stormdrill init my-drill.yaml
  stormdrill init --from primary-lost my-drill.yaml
  stormdrill plan my-drill.yaml`,
		Args: between(1, 1, "name a FILE to write, such as my-drill.yaml"),
		RunE: func(c *cobra.Command, args []string) error {
			text := scenarios.Starter
			if from != "" {
				var err error
				if text, err = shippedText(from); err != nil {
					return err
				}
			}
			f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return exitError{exitInvalid,
					fmt.Errorf("%s exists and is left as it is: choose another name", args[0])}
			}
			if err != nil {
				return err
			}
			if _, err := f.Write(text); err != nil {
				return errors.Join(err, f.Close())
			}
			if err := f.Close(); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "wrote %s; next: stormdrill plan %s\n", args[0], args[0])
			return nil
		},
	}
	c.Flags().StringVar(&from, "from", "",
		"the shipped drill to begin with: stormdrill list names them")
	complete(c, "from", shippedDrill)
	return c
}
