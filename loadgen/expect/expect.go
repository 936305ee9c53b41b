// Package expect holds answers against what a scenario expects of them.
package expect

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/stormdrill/stormdrill/faults/secret"
	"github.com/stormdrill/stormdrill/loadgen/load"
)

// MostBody is how much of a body is held against an expectation, bytes.
const MostBody = 64 << 10

// Answer is one, whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // its first MostBody bytes
	Long   bool   // there was more of it
}

// Takes reports whether e takes an answer for a good one; an expectation that cannot
// be read takes none.
func Takes(e load.Expect, status int, header http.Header, body []byte) bool {
	x, err := Compile(e)
	return err == nil && x.Class(Answer{status, header, body[:min(len(body), MostBody)],
		len(body) > MostBody}) == load.OK
}

// Error is a part of an expectation that cannot be read.
type Error struct {
	Key []string // that leads to it: body; header, its name; json, its path
	Err error
}

func (e *Error) Error() string { return strings.Join(e.Key, ".") + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Check reports, as an *Error, the first part that cannot be read. Statuses are not
// looked at.
func Check(e load.Expect) error {
	_, err := compiled(e, func(t secret.Text, _ func(string) string) (string, error) {
		return t.Outline(), nil
	})
	return err
}

// Expectation is a load.Expect, ready to be held against answers.
type Expectation struct {
	load.Expect
	body   *regexp.Regexp // nil: any
	json   map[string]string
	header map[string]*regexp.Regexp
}

// Compile puts the secrets in: within a regular expression each stands for itself. The
// error is an *Error.
func Compile(e load.Expect) (*Expectation, error) { return compiled(e, secret.Text.RevealAs) }

func compiled(e load.Expect,
	reveal func(secret.Text, func(string) string) (string, error)) (*Expectation, error) {
	x := &Expectation{Expect: e, json: map[string]string{}, header: map[string]*regexp.Regexp{}}
	pattern := func(t secret.Text) (*regexp.Regexp, error) {
		text, err := reveal(t, regexp.QuoteMeta)
		if err != nil {
			return nil, err
		}
		return regexp.Compile(text)
	}
	var err error
	if e.Body != "" {
		if x.body, err = pattern(e.Body); err != nil {
			return nil, &Error{[]string{"body"}, err}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Header)) {
		if x.header[name], err = pattern(e.Header[name]); err != nil {
			return nil, &Error{[]string{"header", name}, err}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(e.JSON)) {
		if err := Path(path); err != nil {
			return nil, &Error{[]string{"json", path}, err}
		}
		if x.json[path], err = reveal(e.JSON[path], strings.Clone); err != nil {
			return nil, &Error{[]string{"json", path}, err}
		}
	}
	return x, nil
}

// Path reports whether a path leads to one value of JSON.
func Path(path string) error {
	if strings.TrimSpace(path) == "" || strings.ContainsAny(path, "#|@!*?{}[]()") {
		return errPath
	}
	return nil
}

// Value finds a value by its path, and whether it is the one wanted: 1 and 1.0 are one
// number, and a text is what is between its quotes. A value that is not there is an error.
func Value(body []byte, path, want string) (have string, same bool, err error) {
	if !gjson.ValidBytes(body) {
		return "", false, errors.New("not JSON")
	}
	v := gjson.GetBytes(body, path)
	if !v.Exists() {
		return "", false, fmt.Errorf("no value at %s", path)
	}
	return v.String(), sameValue(v, want), nil
}

var errPath = errors.New("want the keys that lead to one value, and places in lists, joined by " +
	"dots, such as items.0.id")

// Reads reports whether the body of an answer has to be read.
func (x *Expectation) Reads() bool { return x.body != nil || len(x.JSON) > 0 }

// Class holds an answer against what is expected.
func (x *Expectation) Class(a Answer) load.Class {
	switch {
	case !x.status(a.Status):
		return load.Status
	case x.body != nil && !x.body.Match(a.Body):
		return load.Assertion
	}
	for name, want := range x.header {
		if !slices.ContainsFunc(a.Header.Values(name), want.MatchString) {
			return load.Assertion
		}
	}
	if len(x.JSON) > 0 && (a.Long || !gjson.ValidBytes(a.Body)) {
		return load.Assertion
	}
	for path, want := range x.json {
		if _, same, _ := Value(a.Body, path, want); !same {
			return load.Assertion
		}
	}
	return load.OK
}

func (x *Expectation) status(code int) bool {
	if len(x.Status) == 0 {
		return code >= 200 && code < 300
	}
	return slices.Contains(x.Status, code)
}

// sameValue compares a value of JSON with what a scenario writes: 1 and 1.0 are one
// number, and a text is what is between its quotes.
func sameValue(v gjson.Result, want string) bool {
	switch v.Type {
	case gjson.Null:
		return want == "null"
	case gjson.Number:
		n, err := strconv.ParseFloat(want, 64)
		return err == nil && n == v.Num
	}
	return v.String() == want
}
