package sla

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Said is what the judge says: a code, and the names and numbers it is about. Words for it
// are the reports'. A code keeps its meaning, and its values their names, as long as the
// Schema stays the same.
type Said struct {
	Code   Code   `json:"code"`
	Values Values `json:"values"`
}

// Value is one of them. Is is nil where there is none, a string, a float64 in the unit that
// the name ends in, a []string, or a Said.
type Value struct {
	Name string
	Is   any
}

// Values are in the order of their code; in JSON they are an object in that order.
type Values []Value

// Say puts values to the names that Codes has for a code, in that order. A value that is
// left away, a nil pointer, an empty Word, and a number without end are none.
func Say(code Code, values ...any) Said {
	names := Codes[code]
	s := Said{Code: code, Values: make(Values, len(names))}
	for i, name := range names {
		s.Values[i].Name = name
		if i < len(values) {
			s.Values[i].Is = plain(values[i])
		}
	}
	return s
}

// Noted is what a record notes for its reader: its kind is its code, its text the detail, and
// what that names stands beside it.
func Noted(n timeline.Note) Said {
	return Said{Code(n.Kind), append(Values{{"detail", n.Text}}, texts(n.Values)...)}
}

// counted is what a count is of, by the code that its fault has for it; without one, as the
// count's own words have it.
func counted(c link.Count, of timeline.Fault) Said {
	u := of.Unit
	if c.Counted.Code != "" {
		u = c.Counted
	}
	if u.Code == "" {
		return Say(AsWritten, c.Unit)
	}
	s := Said{Code(u.Code), Values{{"detail", c.Unit}}}
	if u.Value != "" {
		s.Values = append(s.Values, Value{"value", u.Value})
	}
	return s
}

// Stated is what a text in English says, by its code; nil where it has none.
func Stated(text string, by *link.Statement) *Said {
	if by == nil {
		return nil
	}
	return &Said{Code(by.Code), append(Values{{"detail", text}}, texts(by.Values)...)}
}

// texts are a record's, in the order of their names.
func texts(all map[string]string) Values {
	values := Values{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		values = append(values, Value{name, all[name]})
	}
	return values
}

func plain(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case uint64:
		return float64(v)
	case Number:
		if v.Known() {
			return float64(v)
		}
	case Word:
		if v != "" {
			return string(v)
		}
	case *float64:
		if v != nil {
			return plain(*v)
		}
	case float64:
		if !math.IsInf(v, 0) && !math.IsNaN(v) {
			return math.Round(v*1e9) / 1e9 // as 0.999, and still below 1
		}
	case *Said:
		if v != nil {
			return *v
		}
	case []string:
		if len(v) > 0 {
			return v
		}
	case string, Said:
		return v
	}
	return nil
}

// Equal reports whether two say the same.
func (s Said) Equal(o Said) bool { return reflect.DeepEqual(s, o) }

// Of is the value of a name; nil where there is none.
func (s Said) Of(name string) any {
	for _, v := range s.Values {
		if v.Name == name {
			return v.Is
		}
	}
	return nil
}

// String writes it as a log line would: code name=value.
func (s Said) String() string {
	var b strings.Builder
	b.WriteString(string(s.Code))
	for _, v := range s.Values {
		switch is := v.Is.(type) {
		case nil:
		case Said:
			fmt.Fprintf(&b, " %s=(%s)", v.Name, is)
		default:
			fmt.Fprintf(&b, " %s=%v", v.Name, is)
		}
	}
	return b.String()
}

// MarshalJSON writes an object in the order of the values.
func (v Values) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, x := range v {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(x.Name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(x.Is); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (v *Values) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(errors.New("values: want an object"), err)
	}
	*v = Values{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		x := Value{Name: name.(string)} // a key is one
		if x.Is, err = valueOf(raw); err != nil {
			return fmt.Errorf("values: %s: %w", x.Name, err)
		}
		*v = append(*v, x)
	}
	return nil
}

func valueOf(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case '{':
		return decoded[Said](raw)
	case '[':
		return decoded[[]string](raw)
	}
	return decoded[any](raw)
}

func decoded[T any](raw json.RawMessage) (v T, err error) {
	err = json.Unmarshal(raw, &v)
	return v, err
}
