package plan

import (
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"github.com/stormdrill/stormdrill/scenarios"
)

// How long the name of what is no host may be. Its columns are those of a table; its bytes
// leave room in the 255 that a file's name may have.
const (
	mostNameColumns = 40
	mostNameBytes   = 120
)

// What is wanted of a name, for messages.
const (
	wantsLabel = "lower case letters of any script, digits, hyphens and underscores, at most 40 " +
		"columns, a letter or a digit at both ends"
)

// isLabel reports whether a drill, a group, a cohort, a fault, a watcher or a steer may have
// the name: it is a word, and not too long.
func isLabel(name string) bool {
	columns := 0
	for _, r := range name {
		columns += columnsOf(r)
	}
	return isWord(name) && columns <= mostNameColumns && len(name) <= mostNameBytes
}

// isWord reports whether a text is letters, marks and digits of any script, with hyphens and
// underscores between them. So it is one word in a threshold, it means nothing in a selector,
// a shell or a path, and all of it shows. Lower case keeps apart the names of files where a
// system does not tell cases. It is in NFC, as scenarios are read.
func isWord(text string) bool {
	if !utf8.ValidString(text) || !norm.NFC.IsNormalString(text) {
		return false
	}
	last := '-'
	for i, r := range text {
		switch {
		case r == '-' || r == '_':
			if i == 0 {
				return false
			}
		case scenarios.Unseen(r), unicode.IsUpper(r), unicode.IsTitle(r):
			return false
		case unicode.IsMark(r):
			if last == '-' || last == '_' {
				return false
			}
		case !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r):
			return false
		}
		last = r
	}
	return last != '-' && last != '_'
}

// columnsOf is how many columns of a terminal a character takes.
func columnsOf(r rune) int {
	switch k := width.LookupRune(r).Kind(); {
	case unicode.Is(unicode.Mn, r):
		return 0
	case k == width.EastAsianWide || k == width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// reserved names have a meaning of their own in every drill.
var reserved = []string{"switchboard", "load", "hooks", "ready", "watch", "gateway", "none", "good"}

// named checks the names of one section, and gives them in order.
func named[T any](d *diagnostics, section string, entries map[string]T) []string {
	names := slices.Sorted(maps.Keys(entries))
	for _, n := range names {
		wrong := ""
		if section == "targets" {
			wrong = wrongHost(n, names)
		} else if !isLabel(n) {
			wrong = "want " + wantsLabel
		}
		switch {
		case wrong != "":
			d.problem(at(section, n), "name %s: %s", scenarios.Shown(n), wrong)
		case slices.Contains(reserved, n):
			d.problem(at(section, n), "name %q has a meaning of its own: choose another", n)
		}
	}
	return names
}
