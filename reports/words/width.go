package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Width is how many columns of a terminal a text takes.
func Width(s string) (columns int) {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r):
		case wide(r):
			columns += 2
		default:
			columns++
		}
	}
	return columns
}

// Pad fills a text up with blanks to so many columns.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-Width(s)))
}

func wide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

// wantsBlank reports whether a Chinese character and a Latin letter, digit or % meet where one
// text follows another: a template cannot know which of them a value begins or ends with.
func wantsBlank(before, after string) bool {
	a, _ := utf8.DecodeLastRuneInString(before)
	b, _ := utf8.DecodeRuneInString(after)
	latin := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r))
	}
	return unicode.Is(unicode.Han, a) && latin(b) ||
		(latin(a) || a == '%') && unicode.Is(unicode.Han, b)
}

// Breaks parts a word where a line may end in it: beside a wide character, but not before
// what closes, nor behind what opens.
func Breaks(word string) (parts []string) {
	before := rune(0)
	for _, r := range word {
		apart := before != 0 && (wide(before) || wide(r)) && before != '（' &&
			!strings.ContainsRune("，。；：、）～", r)
		if apart || before == 0 {
			parts = append(parts, "")
		}
		parts[len(parts)-1] += string(r)
		before = r
	}
	return parts
}

// Cut ends a text that takes more columns, and says by … that it does.
func Cut(s string, columns int) string {
	if Width(s) <= columns {
		return s
	}
	taken := 0
	for i, r := range s {
		if taken += Width(string(r)); taken >= columns {
			return s[:i] + "…"
		}
	}
	return s
}
