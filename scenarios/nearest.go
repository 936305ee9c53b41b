package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// mostListed keeps a list of names readable.
const mostListed = 24

// Listed names what there is to choose from, in order, the nearest to name
// first where one is near: `did you mean "app-2"? there are app-1, app-2`.
func Listed(name string, have []string) string {
	if len(have) == 0 {
		return "there are none"
	}
	have = slices.Compact(slices.Sorted(slices.Values(have)))
	near, slip := nearest(name, have)
	all := "there is only "
	if len(have) > 1 {
		all = "there are "
	}
	var shown []string
	for i, h := range have {
		if i == mostListed {
			shown = append(shown, fmt.Sprintf("and %d more", len(have)-i))
			break
		}
		shown = append(shown, plainly(h))
	}
	all += strings.Join(shown, ", ")
	if slip {
		return "did you mean " + plainly(near) + "? " + all
	}
	return all
}

// Nearest is the name that is likely meant; empty where none is near.
func Nearest(name string, have []string) string {
	near, _ := nearest(name, have)
	return near
}

// nearest finds the candidate with the fewest edits from name: at most three,
// and fewer than half of the name, so that what it offers is a likely slip. Where none is so
// near, it is the only one that the name begins or ends.
func nearest(name string, have []string) (string, bool) {
	best, least := "", min(3, len(name)/2)+1
	name = fold(name)
	for _, h := range have {
		other := fold(h)
		if longer := len(name) - len(other); longer >= least || -longer >= least {
			continue // each byte more is an edit, and a key may have a million
		}
		if d := edits(name, other); d < least {
			best, least = h, d
		}
	}
	if best == "" {
		best = begun(name, have)
	}
	return best, best != ""
}

// leastPart is how long a part of a name has to be to stand for it.
const leastPart = 3

// begun is the only candidate that begins or ends with a part; empty: none does, or several.
func begun(part string, have []string) string {
	var found []string
	for _, h := range have {
		if f := fold(h); len(part) >= leastPart &&
			(strings.HasPrefix(f, part) || strings.HasSuffix(f, part)) {
			found = append(found, h)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// fold makes names alike that differ only in how their words are joined.
func fold(s string) string {
	return strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(s))
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// elsewhere are names that other tools have for a key or a kind.
var elsewhere = map[string]string{
	"environment": "env", "env-file": "env", "depends-on": "uses", "links": "uses",
	"entrypoint":  "command",
	"healthcheck": "ready", "health-check": "ready", "mem-limit": "memory", "cpu": "cpus",
	"volumes": "files", "services": "targets",
	"expose": "ports", "deploy": "replicas", "scale": "replicas",
	"api-version": "version", "apiversion": "version",
	"packet-loss": "loss", "packet-duplicate": "duplicate", "partition": "blackhole",
	"drop": "syn-drop", "netem": "latency", "delay": "latency",
	"slicer": "slice", "reset-peer": "reset", "slow-close": "stall", "timeout": "stall",
	"abort": "reset", "http-abort": "http-status",
	"abort-http": "http-status", "http-error": "http-status", "dns-error": "dns", "down": "refuse",
	"stress-cpu": "cpu-starve", "cpu-stress": "cpu-starve", "stress-memory": "memory-starve",
	"oom": "memory-starve", "disk-fill": "disk-full", "fill-disk": "disk-full", "pod-kill": "kill",
	"freeze": "pause", "shutdown": "stop", "terminate": "stop", "status": "code",
	"probability": "share", "toxicity": "share",
	"vus": "users", "duration": "phases", "url": "to", "rps": "rate", "script": "command",
	"exec": "command",
	"expr": "query", "promql": "query", "alert": "rule", "interval": "every", "retries": "fails",
	"objectives": "sla", "slo": "sla", "probes": "watch", "watchers": "watch", "scenario": "name",
	"rto": "outage", "mttr": "recover", "mttd": "detect", "availability": "thresholds",
	"success": "thresholds", "error-rate": "thresholds",
}

// meant is the name here for what another tool calls so, where that may be written; else
// the name itself.
func meant(name string, have []string) string {
	if other := elsewhere[fold(name)]; other != "" && !slices.Contains(have, name) &&
		slices.Contains(have, other) {
		return other
	}
	return name
}
