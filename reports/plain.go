package reports

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stormdrill/stormdrill/faults/secret"
)

// What stands in a report came from anywhere: logs of targets, names that nodes give
// themselves, bodies, headers. Plain is where it enters, for all formats, so that none of
// it is an order to a terminal, a CI or a parser. What it takes away is shown as Go would
// write it, not dropped:
//
//   - control characters, but for line feed and tab, and with them escape sequences;
//   - marks that turn the direction of text round, and others that do not show (Cf);
//   - what is no UTF-8, and what XML 1.0 has no place for;
//   - the beginnings of workflow commands: :: where a word begins (GitHub), ## anywhere
//     (GitHub of old, Azure, TeamCity).
//
// And values of ${env:NAME} are shown by their names.
func Plain(s string) string {
	s = secret.Hidden(s)
	if inert(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	before := ' '
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case hides(r):
			b.WriteString(strings.Trim(fmt.Sprintf("%+q", r), "'"))
		case r == ':' && strings.HasPrefix(s[i:], "::") && unicode.IsSpace(before),
			r == '#' && before == '#':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// inert reports whether there is nothing to be done: most text is so.
func inert(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || r == '#' || r != '\n' && r != '\t' && hides(r) {
			return false
		}
	}
	return !strings.Contains(s, "::")
}

// hides reports whether a character does not show as itself.
func hides(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r == 0xFFFE || r == 0xFFFF, r == '\u2028', r == '\u2029':
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// plainly gives a copy of what a report is of, with all text plain.
func plainly[T any](of T) T { return everyText(of, Plain) }

// inLines is plainly for formats in which a line feed would begin a line that looks like one
// of the report's own, a verdict for example.
func inLines[T any](of T) T {
	return everyText(of, func(s string) string { return oneLine.Replace(Plain(s)) })
}

var oneLine = strings.NewReplacer("\n", " ", "\t", " ")

// everyText gives a copy with each text changed.
func everyText[T any](of T, change func(string) string) T {
	v := reflect.ValueOf(&of).Elem()
	v.Set(changedCopy(v, change))
	return of
}

func changedCopy(v reflect.Value, change func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(change(v.String()))
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			break
		}
		inner := changedCopy(v.Elem(), change)
		if v.Kind() == reflect.Pointer {
			p := reflect.New(v.Type().Elem())
			p.Elem().Set(inner)
			inner = p
		}
		out.Set(inner)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(changedCopy(v.Field(i), change))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			break
		}
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(changedCopy(v.Index(i), change))
		}
	case reflect.Map:
		if v.IsNil() {
			break
		}
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for _, k := range v.MapKeys() {
			out.SetMapIndex(changedCopy(k, change), changedCopy(v.MapIndex(k), change))
		}
	}
	return out
}
