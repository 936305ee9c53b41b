package link

import "fmt"

// Statement is what a text in English says, by a code and the names and numbers in it, so that
// it can be said in another language.
type Statement struct {
	Code   string            `json:"code"`
	Values map[string]string `json:"values,omitempty"`
}

// State makes one of a code, and of values as name and text by turns.
func State(code string, values ...string) *Statement {
	s := &Statement{Code: code}
	for i := 0; i+1 < len(values); i += 2 {
		if s.Values == nil {
			s.Values = map[string]string{}
		}
		s.Values[values[i]] = values[i+1]
	}
	return s
}

// Text is said in English, and by a code, so that it can be said in another language.
type Text struct {
	English string     `json:"english"`
	By      *Statement `json:"by,omitempty"` // nil: they are words of another's, as an error's
}

// Tell makes one of a code, the text in English, and the values in it as name and text by turns.
func Tell(code, english string, values ...string) Text {
	return Text{english, State(code, values...)}
}

// Tellf makes one of a code, a format in English, and values, each of which follows its name.
func Tellf(code, format string, named ...any) Text {
	var values []any
	var texts []string
	for i := 0; i+1 < len(named); i += 2 {
		values = append(values, named[i+1])
		texts = append(texts, fmt.Sprint(named[i]), fmt.Sprint(named[i+1]))
	}
	return Tell(code, fmt.Sprintf(format, values...), texts...)
}

// String is the text in English.
func (t Text) String() string { return t.English }
