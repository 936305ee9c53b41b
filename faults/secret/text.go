// Package secret keeps what stands in a scenario as ${env:NAME} out of all that is
// shown or written: a Text is as its author wrote it until it is used.
package secret

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

var named = regexp.MustCompile(`\$\{env:([^}]*)\}`)

// Expand puts the values of ${env:NAME} into text. A variable that is not set is
// an error: an empty secret would fail much later, and elsewhere.
func Expand(text string) (string, error) {
	var errs []error
	out := named.ReplaceAllStringFunc(text, func(m string) string {
		name := named.FindStringSubmatch(m)[1]
		v, ok := os.LookupEnv(name)
		if !ok {
			errs = append(errs, fmt.Errorf("environment variable %q is not set, and this value needs it", name))
		}
		revealed.add(v, m)
		return v
	})
	return out, errors.Join(errs...)
}

// Text may hold ${env:NAME}, and shows that, not the value.
type Text string

// Reveal gives the text with its secrets, for the one who needs them.
func (t Text) Reveal() (string, error) { return Expand(string(t)) }

// plain is what a shell takes as it stands.
var plain = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// Shell writes the text as one word of a POSIX shell, in which a secret is the
// variable that holds it: "$NAME".
func (t Text) Shell() string {
	if plain.MatchString(string(t)) {
		return string(t)
	}
	var out strings.Builder
	from := 0
	for _, m := range named.FindAllStringSubmatchIndex(string(t), -1) {
		out.WriteString(quote(string(t[from:m[0]])))
		out.WriteString(`"$` + string(t[m[2]:m[3]]) + `"`)
		from = m[1]
	}
	if rest := quote(string(t[from:])); rest != "" || from == 0 {
		out.WriteString(rest)
	}
	if out.Len() == 0 {
		return "''"
	}
	return out.String()
}

// Line writes words as one command line of a POSIX shell.
func Line(words []Text) string {
	var all []string
	for _, w := range words {
		all = append(all, w.Shell())
	}
	return strings.Join(all, " ")
}

func quote(s string) string {
	if s == "" || plain.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// shortest is the least length at which a value is hidden: a shorter one is
// guessed sooner than read, and hiding it would make any text unreadable.
const shortest = 4

// Hide takes the secrets of texts out of what somebody said who knew them.
func Hide(said string, texts ...Text) string {
	var pairs []string
	for _, t := range texts {
		for _, m := range named.FindAllStringSubmatch(string(t), -1) {
			if v := os.Getenv(m[1]); len(v) >= shortest {
				pairs = append(pairs, v, m[0])
			}
		}
	}
	if len(pairs) == 0 {
		return said
	}
	return strings.NewReplacer(longestFirst(pairs)...).Replace(said)
}

// longestFirst orders pairs of old and new: where one secret begins with another,
// the longer has to be tried first.
func longestFirst(pairs []string) []string {
	sorted := slices.Collect(slices.Chunk(pairs, 2))
	slices.SortStableFunc(sorted, func(a, b []string) int { return len(b[0]) - len(a[0]) })
	return slices.Concat(sorted...)
}
