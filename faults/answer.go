package faults

import "github.com/stormdrill/stormdrill/faults/link"

// Answering is a fault that answers requests itself. A plan holds its answer against
// what the users expect: they must not take it for a good one.
type Answering interface {
	// Answer is what it gives under a name, as HTTP has it.
	Answer(name string) link.Answer
}

// Answer is the status, with its body.
func (f *HTTPStatus) Answer(name string) link.Answer {
	return link.HTTPStatus{Code: f.Code, Body: f.Body}.Answer(name)
}

// Answer is the page.
func (f *BlockPage) Answer(name string) link.Answer { return f.status().Answer(name) }
