package reports

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// How a run's folder stands to what was sealed.
const (
	SameScorecard = "same"    // as it was, and its record gives its scorecard
	OfVersion     = "version" // as it was; another version judged it, and came to its verdict
	OfSecret      = "secret"  // as it was; its scorecard hides a secret, and has its verdict
	NotAsSealed   = "changed" // files of it are not as they were
	OtherVerdict  = "verdict" // its record gives another verdict than its scorecard has
	OtherCard     = "other"   // its record gives another scorecard of the same verdict
)

// Verified is what is found of a run's folder.
type Verified struct {
	Folder string
	Among  bool // several: what is said begins with the folder
	How    string
	// Differ, Missing and Added are the files that are not as they were sealed.
	Differ, Missing, Added []string
	Files                  int           // in the folder
	Card                   sla.Scorecard // judged again, but where NotAsSealed
	Kept                   sla.Verdict   // of the scorecard in the folder
	Tool                   string        // that judged it
}

// Holds reports whether the folder is as its run left it, and its scorecard its record's.
func (v Verified) Holds() bool {
	return v.How == SameScorecard || v.How == OfVersion || v.How == OfSecret
}

// Said is what was found, in words; the language nil is English. What is not as it was sealed has
// a line each.
func (v Verified) Said(in *words.Language) string {
	l := lines{cmp.Or(in, words.English)}
	v = inLines(v)
	if v.Among && v.How != NotAsSealed {
		return l.Line("named", "name", v.Folder, "what", l.verified(v))
	}
	return l.verified(v)
}

func (l lines) verified(v Verified) string {
	switch v.How {
	case NotAsSealed:
		var b strings.Builder
		b.WriteString(l.Line("verify-changed", "folder", v.Folder))
		for _, of := range []struct {
			line  string
			names []string
		}{{"verify-differs", v.Differ}, {"verify-missing", v.Missing},
			{"verify-added", v.Added}} {
			for _, name := range of.names {
				fmt.Fprintf(&b, "\n  %s", l.Line(of.line, "file", name))
			}
		}
		return b.String()
	case OtherVerdict:
		return l.Line("verify-verdict", "again", l.lower(v.Card.Verdict), "kept", l.lower(v.Kept))
	case OtherCard:
		return l.Line("verify-other")
	}
	how := l.Line("verify-same")
	switch v.How {
	case OfVersion:
		if how = l.Line("verify-version", "tool", v.Tool); v.Tool == "" {
			how = l.Line("verify-no-version")
		}
	case OfSecret:
		how = l.Line("verify-secret")
	}
	return l.Line("verify-run", "run", v.Card.Run, "scenario", v.Card.Scenario,
		"files", strconv.Itoa(v.Files), "how", how, "verdict", l.lower(v.Card.Verdict))
}

// VerifiedAll says of how many folders all holds; the language nil is English.
func VerifiedAll(hold, all int, in *words.Language) string {
	return cmp.Or(in, words.English).Line("verify-all", "hold", strconv.Itoa(hold),
		"all", strconv.Itoa(all))
}

// lower is a verdict in words, within a sentence; one that is not known, as it is.
func (l lines) lower(v sla.Verdict) string {
	return cmp.Or(l.Line("md-"+string(v)), string(v))
}
