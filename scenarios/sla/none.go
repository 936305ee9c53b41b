package sla

import (
	"bytes"
	"encoding/json"
)

// Number is a number that may be none, which JSON writes as null: an instant that did not
// come, a share of nothing.
type Number float64

// None is no number. No instant and no share is below zero.
const None Number = -1

// Known reports whether it is a number.
func (n Number) Known() bool { return n != None }

// MarshalJSON writes null for none.
func (n Number) MarshalJSON() ([]byte, error) {
	if n == None {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads null as none.
func (n *Number) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*n = None
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// Word is a text that may be none: empty, and null in JSON.
type Word string

// MarshalJSON writes null for none.
func (w Word) MarshalJSON() ([]byte, error) {
	if w == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(w))
}
