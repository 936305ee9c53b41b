// Package secret keeps what stands in a scenario as ${env:NAME} out of all that is shown or
// written: a Text has the name, and its value is nowhere until it is used.
package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

var (
	named    = regexp.MustCompile(`\$\{env:([^}]*)\}`)
	variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// Text may hold secrets, each as ${env:NAME}. It has no value in it, so that whatever prints
// it, in any format, as JSON or amid a panic, shows the name. Reveal alone gives the values,
// to the code that hands them to a container, a connection or a command.
type Text string

// Reveal gives the text with the values of its secrets: those that this process was given,
// else those of its environment. A variable that is not set is an error: an empty secret
// would fail much later, and elsewhere.
func (t Text) Reveal() (string, error) {
	return t.RevealAs(func(value string) string { return value })
}

// RevealAs is Reveal with each value written as its place needs it, in a regular expression
// for example.
func (t Text) RevealAs(write func(value string) string) (string, error) {
	var errs []error
	out := named.ReplaceAllStringFunc(string(t), func(m string) string {
		name := nameOf(m)
		v, ok := lookup(name)
		if !ok {
			errs = append(errs, fmt.Errorf("environment variable %q is not set, and this value "+
				"needs it", name))
		}
		revealed.add(v, m)
		return write(v)
	})
	return out, errors.Join(errs...)
}

func nameOf(secret string) string { return named.FindStringSubmatch(secret)[1] }

// Secret reports whether the text holds any.
func (t Text) Secret() bool { return named.MatchString(string(t)) }

// Check reports secrets that have no value.
func (t Text) Check() error {
	for _, m := range named.FindAllString(string(t), -1) {
		if name := nameOf(m); !variable.MatchString(name) {
			return fmt.Errorf("%s: %q is no name of an environment variable: want letters, "+
				"digits and underscores", m, name)
		}
	}
	_, err := t.Reveal()
	return err
}

// Short lists the secrets with a value too short to be hidden in what others say.
func (t Text) Short() (short []string) {
	for _, m := range named.FindAllString(string(t), -1) {
		if v, _ := lookup(nameOf(m)); len(v) < shortest && !slices.Contains(short, m) {
			short = append(short, m)
		}
	}
	return short
}

// Values are those of all secrets in what is written as JSON, by name. They are for the wire
// to the code that was given the rest of it, and for nothing that is kept.
func Values(of ...any) (map[string]string, error) {
	b, err := json.Marshal(of)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, m := range named.FindAllString(string(b), -1) {
		if all[nameOf(m)], err = Text(m).Reveal(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// outlined stands for the n-th secret of an outline: letters and digits, which a URL takes
// anywhere, and which nothing else writes.
const outlined = "stormdrillsecret%dx"

var inOutline = regexp.MustCompile(`stormdrillsecret([0-9]+)x`)

// Outline is the text with a word in place of each secret, for what looks at its form.
func (t Text) Outline() string {
	n := -1
	return named.ReplaceAllStringFunc(string(t), func(string) string {
		n++
		return fmt.Sprintf(outlined, n)
	})
}

// Outlined reports whether a part of an outline has a secret in it.
func Outlined(part string) bool { return inOutline.MatchString(part) }

// Restore puts the secrets' names back into what was made of the text's outline.
func (t Text) Restore(outline string) Text {
	all := named.FindAllString(string(t), -1)
	return Text(inOutline.ReplaceAllStringFunc(outline, func(word string) string {
		for n, m := range all {
			if word == fmt.Sprintf(outlined, n) {
				return m
			}
		}
		return word
	}))
}

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

// lookup finds a value: what this process was given comes before its environment.
func lookup(name string) (string, bool) {
	if v, ok := given.Load(name); ok {
		return v.(string), true
	}
	return os.LookupEnv(name)
}
