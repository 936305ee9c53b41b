package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/stormdrill/stormdrill/loadgen"
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
	for _, x := range inOrder(r) {
		q := &r.Requests[x.group][x.index]
		if err := encode(resultOf(r.Header, x.group, x.index, q)); err != nil {
			return fmt.Errorf("vegeta: %w", err)
		}
	}
	return buf.Flush()
}

// place of a request in a record.
type place struct {
	group string
	index int
	due   int64
}

// inOrder merges the groups by due.
func inOrder(r *timeline.Record) []place {
	var all []place
	for _, group := range slices.Sorted(maps.Keys(r.Requests)) {
		for i, q := range r.Requests[group] {
			all = append(all, place{group, i, q.Due})
		}
	}
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(a.due, b.due) })
	return all
}

// resultOf numbers by place, not by the request's own number: vegeta plot waits
// for a number that a record which was cut off does not have.
func resultOf(h timeline.Header, group string, index int, q *loadgen.Request) *vegeta.Result {
	out := &vegeta.Result{Attack: group, Seq: uint64(index), Code: q.Status, Latency: q.Latency(),
		Timestamp: h.Wall.Add(time.Duration(q.Due - h.Mono)).UTC()}
	switch {
	case q.Unsent:
		out.Code, out.Error = 0, "unsent"
	case q.Class == loadgen.Status:
		out.Error = fmt.Sprintf("%d %s", q.Status, http.StatusText(int(q.Status)))
	case q.Class != loadgen.OK:
		out.Code, out.Error = 0, q.Class.String()
	}
	return out
}
