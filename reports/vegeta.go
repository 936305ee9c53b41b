package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/stormdrill/stormdrill/loadgen/load"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// VegetaFormats are vegeta's own encodings, by name: gob is what `vegeta attack`
// writes.
var VegetaFormats = map[string]func(io.Writer) vegeta.Encoder{
	"gob":  vegeta.NewEncoder,
	"json": vegeta.NewJSONEncoder,
	"csv":  vegeta.NewCSVEncoder,
}

// Vegeta writes a record's requests as vegeta's results, in order of due, for
// vegeta report, plot and encode. Of each:
//
//   - attack is the load group, seq its place in the group, timestamp when it
//     was due on the wall clock;
//   - latency is done − due, so that a stall of the generator shows too (vegeta's
//     own is counted from when a worker picked the hit up);
//   - code is the status; 0 where the request failed otherwise than by its status,
//     which is how vegeta writes a failure, or was never sent;
//   - error is empty for a request as expected, however slow; else the status as
//     vegeta words it, or the class of the failure; “unsent” for a request that
//     was due and never sent.
//
// Bytes, body, method, URL and headers are not part of a record and stay empty.
func Vegeta(w io.Writer, r *timeline.Record, format string) error {
	encoder, ok := VegetaFormats[format]
	if !ok {
		return fmt.Errorf("format %q: want gob, json or csv", format)
	}
	buf := bufio.NewWriter(w)
	encode := encoder(buf)
	for x := range inOrder(r) {
		if err := encode(resultOf(r.Header, x)); err != nil {
			return fmt.Errorf("vegeta: %w", err)
		}
	}
	return buf.Flush()
}

// placed is a request with its group and its place in it.
type placed struct {
	load.Request
	group string
	index uint64
}

// inOrder merges the groups by due, of one instant by their names.
func inOrder(r *timeline.Record) iter.Seq[placed] {
	return func(yield func(placed) bool) {
		type source struct {
			first placed
			next  func() (*load.Request, bool)
		}
		var open []*source
		for _, group := range slices.Sorted(maps.Keys(r.Requests)) {
			next, stop := iter.Pull(r.Requests[group].All())
			defer stop()
			if q, ok := next(); ok {
				open = append(open, &source{placed{*q, group, 0}, next})
			}
		}
		for len(open) > 0 {
			s := slices.MinFunc(open, func(a, b *source) int {
				return cmp.Compare(a.first.Due, b.first.Due)
			})
			if !yield(s.first) {
				return
			}
			if q, ok := s.next(); ok {
				s.first = placed{*q, s.first.group, s.first.index + 1}
			} else {
				open = slices.DeleteFunc(open, func(o *source) bool { return o == s })
			}
		}
	}
}

// resultOf numbers by place, not by the request's own number: vegeta plot waits
// for a number that a record which was cut off does not have.
func resultOf(h timeline.Header, q placed) *vegeta.Result {
	out := &vegeta.Result{Attack: q.group, Seq: q.index, Code: q.Status, Latency: q.Latency(),
		Timestamp: h.Wall.Add(time.Duration(q.Due - h.Mono)).UTC()}
	switch {
	case q.Unsent:
		out.Code, out.Error = 0, "unsent"
	case q.Class == load.Status:
		out.Error = fmt.Sprintf("%d %s", q.Status, http.StatusText(int(q.Status)))
	case q.Class != load.OK:
		out.Code, out.Error = 0, q.Class.String()
	}
	return out
}
