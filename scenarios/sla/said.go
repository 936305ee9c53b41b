package sla

import "fmt"

// Said is a reason or a note: which it is, what it is about, and in words. A code keeps
// its meaning as long as the Schema stays the same; the words may change.
type Said struct {
	Code   string   `json:"code"`
	Values []string `json:"values"` // names and numbers, in an order that is the code's
	Text   string   `json:"text"`
}

// Saying puts values into words.
func Saying(code, format string, values ...any) Said {
	s := Said{Code: code, Values: []string{}, Text: fmt.Sprintf(format, values...)}
	for _, v := range values {
		s.Values = append(s.Values, fmt.Sprint(v))
	}
	return s
}

// Say is something said without values, such as an error.
func Say(code, text string) Said { return Said{Code: code, Values: []string{}, Text: text} }

func (s Said) String() string { return s.Text }

// Texts are the words of all.
func Texts(all []Said) []string {
	texts := make([]string, len(all))
	for i, s := range all {
		texts[i] = s.Text
	}
	return texts
}
