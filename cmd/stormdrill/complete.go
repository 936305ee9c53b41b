package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/history"
	"github.com/stormdrill/stormdrill/scenarios/library"
	"github.com/stormdrill/stormdrill/scenarios/run"
)

// completion is what a shell is given that may stand somewhere. None of it fails: what
// cannot be read is not offered.
type completion = func(*cobra.Command, []string, string) ([]cobra.Completion,
	cobra.ShellCompDirective)

// drillOrFile are the shipped drills with what they rehearse; files are offered, too.
func drillOrFile(_ *cobra.Command, given []string, _ string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	return shippedNames(given), cobra.ShellCompDirectiveDefault
}

// shippedDrill is one of those, and no file.
func shippedDrill(_ *cobra.Command, given []string, _ string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	if len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return shippedNames(nil), cobra.ShellCompDirectiveNoFileComp
}

// shown is a shipped drill, a fault or a watcher, and of the latter two also which is meant.
func shown(c *cobra.Command, given []string, begun string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	all, none := []cobra.Completion{}, cobra.ShellCompDirectiveNoFileComp
	seen := map[string]bool{}
	for _, s := range sections() {
		if len(given) == 0 || len(given) == 1 && given[0] == s.of {
			for _, k := range s.kinds {
				if seen[k.Name] {
					continue // a fault and a watcher have one name
				}
				seen[k.Name] = true
				all = append(all, cobra.CompletionWithDesc(k.Name, k.About))
			}
		}
	}
	if len(given) == 0 {
		drills, _ := shippedDrill(c, given, begun)
		all = append(append(all, drills...), "fault", "watcher")
	}
	return all, none
}

func shippedNames(given []string) (all []cobra.Completion) {
	drills, err := shipped()
	if err != nil {
		return library.Names()
	}
	for _, d := range drills {
		if !slices.Contains(given, d.Name) {
			all = append(all, cobra.CompletionWithDesc(d.Name, d.About))
		}
	}
	return all
}

// atMost ends a completion where so many arguments are there.
func atMost(n int, of completion) completion {
	return func(c *cobra.Command, given []string, begun string) ([]cobra.Completion,
		cobra.ShellCompDirective) {
		if len(given) >= n {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return of(c, given, begun)
	}
}

// folders are those that hold the evidence of runs: the ones below stormdrill-out, then runs of
// the history; files are offered, too.
func folders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	records, _ := filepath.Glob(filepath.Join("stormdrill-out", "*", "record"))
	inCampaigns, _ := filepath.Glob(filepath.Join("stormdrill-out", "*", "*", "record"))
	var all []cobra.Completion
	for _, r := range append(records, inCampaigns...) {
		all = append(all, filepath.Dir(r))
	}
	runs := kept()
	slices.Reverse(runs)
	return append(all, ids(runs)...),
		cobra.ShellCompDirectiveDefault | cobra.ShellCompDirectiveKeepOrder
}

// ids are those of the first runs, with what they are.
func ids(runs []history.Run) (all []cobra.Completion) {
	for _, r := range runs[:min(len(runs), mostEarlier)] {
		all = append(all, cobra.CompletionWithDesc(r.Run,
			reports.Plain(r.Scenario)+", "+string(r.Verdict)+", "+r.Started))
	}
	return all
}

// drillOrFolder are what can be run, and the runs that are kept.
func drillOrFolder(c *cobra.Command, given []string, begun string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	drills, _ := drillOrFile(c, given, begun)
	runs, files := folders(c, given, begun)
	return append(drills, runs...), files
}

// rehearsed are the drills of the history.
func rehearsed(_ *cobra.Command, given []string, _ string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	var all []cobra.Completion
	for _, r := range kept() {
		if !slices.Contains(all, r.Scenario) && !slices.Contains(given, r.Scenario) {
			all = append(all, r.Scenario)
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// waiting are the runs that wait for an acknowledgement.
func waiting(c *cobra.Command, _ []string, _ string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	ctx := c.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	all, err := run.Waiting(ctx)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

// mostEarlier is how many runs of the history are offered.
const mostEarlier = 30

// earlier are the runs of the history, the latest first, and the last one by that name: of the
// drills that are given where these have any. Folders are offered, too.
func earlier(_ *cobra.Command, given []string, _ string) ([]cobra.Completion,
	cobra.ShellCompDirective) {
	all := []cobra.Completion{cobra.CompletionWithDesc(history.Last, "the drill's last run")}
	runs := kept()
	slices.Reverse(runs)
	others := func(r history.Run) bool { return !slices.Contains(given, r.Scenario) }
	if of := slices.DeleteFunc(slices.Clone(runs), others); len(of) > 0 {
		runs = of
	}
	return append(all, ids(runs)...),
		cobra.ShellCompDirectiveDefault | cobra.ShellCompDirectiveKeepOrder
}

func kept() []history.Run {
	path, err := history.Path()
	if err != nil {
		return nil
	}
	runs, _, err := history.Read(path)
	if err != nil && !os.IsNotExist(err) {
		return nil
	}
	return runs
}

// complete has a flag completed. It is a slip in the program where there is no such flag.
func complete(c *cobra.Command, flag string, by completion) {
	if err := c.RegisterFlagCompletionFunc(flag, by); err != nil {
		panic(err)
	}
}

// oneOf offers fixed words.
func oneOf(all ...cobra.Completion) completion {
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)
}

// languages are those of --lang.
func languages() completion { return oneOf(words.English.Tag(), words.Chinese.Tag()) }
