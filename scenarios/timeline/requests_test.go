package timeline

import (
	"iter"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stormdrill/stormdrill/loadgen/load"
)

// anyInt is any int64, the edges of a column's widths among them.
func anyInt(t *rapid.T, name string) int64 {
	edge := rapid.Custom(func(t *rapid.T) int64 {
		return int64(1)<<rapid.IntRange(0, 63).Draw(t, "bit") + rapid.Int64Range(-1, 1).Draw(t, "off")
	})
	return rapid.OneOf(rapid.Int64Range(0, 3000), rapid.Int64(), edge, rapid.Just(int64(math.MinInt64))).Draw(t, name)
}

func TestColumnGivesBackWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var data []byte
		var columns []column
		var all [][]int64
		unit := rapid.SampledFrom([]int64{1, 1000}).Draw(t, "unit")
		for range rapid.IntRange(1, 3).Draw(t, "columns") {
			values := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) int64 { return anyInt(t, "value") * unit }), 0, 40).Draw(t, "values")
			var c column
			c, data = appendColumn(data, values)
			columns, all = append(columns, c), append(all, values)
		}
		data = append(data, make([]byte, spare)...)
		for k, values := range all {
			for i, want := range values {
				if have := columns[k].value(data, i); have != want {
					t.Fatalf("column %d, value %d of %v: have %d", k, i, values, have)
				}
			}
		}
	})
}

// anyRequest has values that no drill has, too.
func anyRequest(t *rapid.T) load.Request {
	step := func(name string) load.Step {
		return load.Step(rapid.SampledFrom([]uint32{0, 0, 2, 1 << 20, math.MaxUint32}).Draw(t, name))
	}
	q := load.Request{
		Seq: rapid.Uint64().Draw(t, "seq"), Due: anyInt(t, "due"), Sent: anyInt(t, "sent"), Done: anyInt(t, "done"),
		User: rapid.Uint32().Draw(t, "user"), Lookup: step("lookup"), Handshake: step("handshake"), TLS: step("tls"),
		Node: rapid.SampledFrom([]string{"", "app-1", "app-2"}).Draw(t, "node"), Status: rapid.Uint16().Draw(t, "status"),
		Class: load.Class(rapid.Uint8Range(0, uint8(load.Classes)-1).Draw(t, "class")), Attempts: rapid.Uint8().Draw(t, "attempts"),
		Reused: rapid.Bool().Draw(t, "reused"), Injected: rapid.Bool().Draw(t, "injected"), Unsent: rapid.Bool().Draw(t, "unsent"),
		Fault: rapid.SampledFrom([]string{"", "bad-node", "portal"}).Draw(t, "fault"),
	}
	if q.Unsent {
		q.Sent = 0
	}
	return q
}

// Requests come back as they were put in, in order of due, wherever one begins to
// read and whatever was packed at once.
func TestRequestsComeBackAsPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []load.Request
		q := newRequests()
		for range rapid.IntRange(0, 3).Draw(t, "blocks") {
			b := rapid.SliceOfN(rapid.Custom(anyRequest), 0, 6).Draw(t, "block")
			want = append(want, b...)
			if err := q.add(slices.Clone(b)); err != nil {
				t.Fatal(err)
			}
		}
		q.close()
		slices.SortStableFunc(want, byDue)
		same(t, q, want)
	})
}

// A record's requests come by when they were done. However far they overtake each
// other, over the edges of chunks too, all are in their places.
func TestRequestsThatOvertakeManyChunks(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	want := long(5*perChunk+17, random)
	for name, latest := range map[string]int{"a few": 100, "a chunk": perChunk, "nearly all": 4 * perChunk} {
		t.Run(name, func(t *testing.T) {
			came := slices.Clone(want)
			at := map[uint64]int{}
			for i, q := range came {
				at[q.Seq] = i
				if random.IntN(20) == 0 {
					at[q.Seq] += random.IntN(latest)
				}
			}
			slices.SortStableFunc(came, func(a, b load.Request) int { return at[a.Seq] - at[b.Seq] })
			q := newRequests()
			for b := range slices.Chunk(came, 700) {
				if err := q.add(b); err != nil {
					t.Fatal(err)
				}
			}
			q.close()
			same(t, q, want)
			if have := Pack(want); !reflect.DeepEqual(collect(have.All()), want) {
				t.Error("not the same when packed at once")
			}
		})
	}
}

// same checks everything that can be asked of requests.
func same(t interface {
	Helper()
	Fatalf(string, ...any)
}, q *Requests, want []load.Request) {
	t.Helper()
	if q.Len() != len(want) {
		t.Fatalf("have %d, want %d", q.Len(), len(want))
	}
	have := collect(q.All())
	for i, w := range want {
		if have[i] != w {
			t.Fatalf("%d: have %+v, want %+v", i, have[i], w)
		}
		if q.Due(i) != w.Due || q.Latency(i) != w.Done-w.Due {
			t.Fatalf("%d: due %d, latency %d of %+v", i, q.Due(i), q.Latency(i), w)
		}
	}
	for _, from := range []int{0, len(want) / 3, len(want) - 1} {
		to := from + (len(want)-from)/2
		if from < 0 || slices.Equal(collect(q.Between(from, to)), want[from:to]) {
			continue
		}
		t.Fatalf("from %d to %d: not the same", from, to)
	}
	if n := len(want); n > 0 && (q.First(want[n/2].Due) > n/2 || q.First(math.MinInt64) != 0) {
		t.Fatalf("first at %d: have %d", want[n/2].Due, q.First(want[n/2].Due))
	}
}

func collect(rs iter.Seq[*load.Request]) (all []load.Request) {
	for r := range rs {
		all = append(all, *r)
	}
	return all
}

func TestNoRequests(t *testing.T) {
	var none *Requests
	for _, q := range []*Requests{none, Pack(nil)} {
		if q.Len() != 0 || q.First(5) != 0 || len(collect(q.All())) != 0 {
			t.Errorf("%+v: not empty", q)
		}
	}
}

// long is n requests of a drill at 5,000 a second: three nodes, one request in
// ten on a connection of its own, a hundredth failing or slow.
func long(n int, random *rand.Rand) []load.Request {
	all := make([]load.Request, n)
	micros := func(mean float64) int64 { return int64(random.ExpFloat64()*mean) * 1000 }
	for i := range all {
		q := load.Request{Seq: uint64(i), Due: int64(time.Hour) + int64(i)*200_000, User: uint32(i % 5000), Status: 200, Attempts: 1,
			Reused: true, Node: []string{"app-1", "app-2", "app-3"}[random.IntN(3)]}
		q.Sent = q.Due + micros(200)
		q.Done = q.Sent + 1_500_000 + micros(3000)
		switch random.IntN(1000) {
		case 0:
			q.Class, q.Status, q.Node, q.Done = load.Timeout, 0, "", q.Sent+int64(2*time.Second)
		case 1, 2, 3, 4, 5:
			q.Class, q.Status, q.Injected, q.Node = load.Status, 503, true, ""
		}
		if i%10 == 0 {
			q.Reused = false
			q.Lookup, q.Handshake = load.StepOf(time.Duration(micros(900)), true), load.StepOf(time.Duration(micros(300)), true)
			q.TLS = load.StepOf(time.Duration(micros(4000)), true)
		}
		all[i] = q
	}
	return all
}

// mostInMemory is what a request may take in memory, bytes: ten million of them
// leave 40 of 200 MB for all else.
const mostInMemory = 16

// Requests are small in memory, be it that every one has a connection of its own.
func TestRequestsAreSmallInMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const n = 200_000
	for name, most := range map[string]float64{"pooled": 11, "a connection each": mostInMemory} {
		all := long(n, random)
		if name != "pooled" {
			for i := range all {
				took := func(most time.Duration) load.Step {
					return load.StepOf(time.Duration(random.Int64N(int64(most))), true)
				}
				all[i].Lookup, all[i].Handshake, all[i].TLS = took(2*time.Millisecond), took(time.Millisecond), took(20*time.Millisecond)
			}
		}
		before := heap()
		q := Pack(all)
		each := float64(heap()-before) / n
		t.Logf("%s: %.1f bytes a request", name, each)
		if each > most || q.Len() != n {
			t.Errorf("%s: %d requests of %.1f bytes, want %g at most", name, q.Len(), each, most)
		}
		runtime.KeepAlive(all)
		runtime.KeepAlive(q)
	}
}

// heap is what is in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
