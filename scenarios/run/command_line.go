package run

import "github.com/stormdrill/stormdrill/faults/secret"

// CommandLine writes words as one command line of a POSIX shell.
func CommandLine(words []string) string {
	var all []secret.Text
	for _, w := range words {
		all = append(all, secret.Text(w))
	}
	return secret.Line(all)
}
