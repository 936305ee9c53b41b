package reports

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"

	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// JSON writes the scorecard's contract, docs/scorecard.md: the same scorecard
// gives the same bytes.
func JSON(w io.Writer, card sla.Scorecard) error {
	return withWords(w, card)
}

// withWords writes JSON in which words stand beside each code that the judge says.
func withWords[T any](w io.Writer, of T) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(worded(reflect.ValueOf(plainly(of))).Interface())
}

// spoken is what the judge says, and the words for it.
type spoken struct {
	sla.Said
	Text string `json:"text"`
}

var saidType = reflect.TypeFor[sla.Said]()

// worded gives the same fields in the same order, each sla.Said in them as a spoken.
func worded(v reflect.Value) reflect.Value {
	if v.Type() == saidType {
		return reflect.ValueOf(speak(v.Interface().(sla.Said)))
	}
	to := wordedType(v.Type())
	if to == v.Type() {
		return v
	}
	out := reflect.New(to).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(to.Elem()))
			out.Elem().Set(worded(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(to, v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(worded(v.Index(i)))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(worded(v.Field(i)))
		}
	}
	return out
}

func speak(s sla.Said) spoken {
	out := spoken{sla.Said{Code: s.Code, Values: slices.Clone(s.Values)}, english.Text(s)}
	for i, v := range out.Values {
		if part, ok := v.Is.(sla.Said); ok {
			out.Values[i].Is = speak(part)
		}
	}
	return out
}

// wordedType is a type with a spoken in place of each sla.Said; the same where none is in it.
func wordedType(t reflect.Type) reflect.Type {
	switch {
	case t == saidType:
		return reflect.TypeFor[spoken]()
	case t.Kind() == reflect.Pointer:
		if to := wordedType(t.Elem()); to != t.Elem() {
			return reflect.PointerTo(to)
		}
	case t.Kind() == reflect.Slice:
		if to := wordedType(t.Elem()); to != t.Elem() {
			return reflect.SliceOf(to)
		}
	case t.Kind() == reflect.Struct:
		fields, differ := []reflect.StructField{}, false
		for i := range t.NumField() {
			f := t.Field(i)
			to := wordedType(f.Type)
			differ = differ || to != f.Type
			f.Type, f.Offset, f.Index = to, 0, nil
			fields = append(fields, f)
		}
		if differ {
			return reflect.StructOf(fields)
		}
	}
	return t
}

// Judged is the verdict of a scorecard as JSON wrote it, of this version or another, and the
// version that judged.
func Judged(text []byte) (verdict sla.Verdict, tool string, err error) {
	var c struct {
		Verdict sla.Verdict `json:"verdict"`
		Tool    string      `json:"tool"`
	}
	if err = json.Unmarshal(text, &c); err != nil || c.Verdict == "" {
		return "", "", errors.New("this is no scorecard: it has no verdict")
	}
	return c.Verdict, c.Tool, nil
}
