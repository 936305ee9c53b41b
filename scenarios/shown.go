package scenarios

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How many characters of what a scenario holds a message shows: of a name, of other text that is
// quoted, such as a URL or a threshold, of a word, such as a path, and of all there is. A file may
// hold a megabyte of each.
const (
	mostShown  = 60
	mostQuoted = 120
	mostWord   = 240
	mostSaid   = 2000
)

// Shown quotes a name for a message: what does not show in it does, and its letters stay
// readable.
func Shown(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	n := 0
	for _, r := range name {
		if n++; n > mostShown {
			b.WriteString("…")
			break
		}
		q := strconv.QuoteRune(r)
		if Unseen(r) || unicode.IsMark(r) {
			q = strconv.QuoteRuneToASCII(r)
		}
		switch q = q[1 : len(q)-1]; q {
		case `"`:
			q = `\"`
		case `\'`:
			q = "'"
		}
		b.WriteString(q)
	}
	return b.String() + `"`
}

// Unseen letters and marks show nothing, or only change what is beside them: two names would
// look alike.
func Unseen(r rune) bool {
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// plainly is a name as it stands among others, without quotes, where all of it shows.
func plainly(name string) string {
	hides := func(r rune) bool {
		return !unicode.IsGraphic(r) || Unseen(r) || r == '"' || r == utf8.RuneError
	}
	if name == "" || strings.TrimSpace(name) != name || strings.ContainsFunc(name, hides) ||
		utf8.RuneCountInString(name) > mostShown {
		return Shown(name)
	}
	return name
}

// clipped shortens a message: what it quotes as strconv.Quote does, its words, and all of it.
func clipped(text string) string {
	if len(text) <= mostQuoted {
		return text
	}
	var b strings.Builder
	for more := true; more; {
		var words, rest string
		words, rest, more = strings.Cut(text, `"`)
		b.WriteString(overlong.ReplaceAllStringFunc(words,
			func(w string) string { return cut(w, mostWord) }))
		if !more {
			break
		}
		shown, whole := quoted(rest)
		b.WriteString(`"` + rest[:shown])
		if shown < whole {
			b.WriteString("…")
		}
		if text, more = strings.CutPrefix(rest[whole:], `"`); more {
			b.WriteString(`"`)
		}
	}
	return cut(b.String(), mostSaid)
}

var overlong = regexp.MustCompile(`\S{` + strconv.Itoa(mostWord) + `,}`)

// cut gives so many characters of a text at most.
func cut(text string, most int) string {
	for at := range text {
		if most--; most < 0 {
			return text[:at] + "…"
		}
	}
	return text
}

// quoted is how many bytes a quotation has, and how many of them are shown.
func quoted(text string) (shown, whole int) {
	for n := 0; whole < len(text) && text[whole] != '"'; n++ {
		if _, _, rest, err := strconv.UnquoteChar(text[whole:], '"'); err == nil {
			whole = len(text) - len(rest)
		} else {
			whole++
		}
		if n < mostQuoted {
			shown = whole
		}
	}
	return shown, whole
}
