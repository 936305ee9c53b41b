package load

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBlockRoundTrip(t *testing.T) {
	const far = math.MaxInt64 / 1000 / 4 // µs
	instant := rapid.Map(rapid.Int64Range(0, far), func(us int64) int64 { return us * 1000 })
	request := rapid.Custom(func(t *rapid.T) Request {
		r := Request{
			Seq:       rapid.Uint64().Draw(t, "seq"),
			Due:       instant.Draw(t, "due"),
			Sent:      instant.Draw(t, "sent"),
			Done:      instant.Draw(t, "done"),
			User:      rapid.Uint32().Draw(t, "user"),
			Node:      rapid.SampledFrom([]string{"", "app-1", "app-2", "φ"}).Draw(t, "node"),
			Status:    rapid.Uint16().Draw(t, "status"),
			Class:     Class(rapid.IntRange(0, int(Classes)-1).Draw(t, "class")),
			Attempts:  rapid.Byte().Draw(t, "attempts"),
			Reused:    rapid.Bool().Draw(t, "reused"),
			Injected:  rapid.Bool().Draw(t, "injected"),
			Unsent:    rapid.Bool().Draw(t, "unsent"),
			Lookup:    Step(rapid.Uint32().Draw(t, "lookup")),
			Handshake: Step(rapid.Uint32().Draw(t, "handshake")),
			TLS:       Step(rapid.Uint32().Draw(t, "tls")),
		}
		if r.Unsent {
			r.Sent = 0
		}
		if r.Injected {
			r.Fault = rapid.SampledFrom([]string{"", "bad-node", "portal"}).Draw(t, "fault")
		}
		return r
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfDistinct(request, func(r Request) uint64 { return r.Seq }).Draw(t,
			"requests")
		b, err := EncodeBlock("g", slices.Clone(want))
		if err != nil {
			t.Fatal(err)
		}
		have, err := DecodeBlock(b)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, func(a, b Request) int {
			if a.Seq < b.Seq {
				return -1
			}
			return 1
		})
		if len(have) != len(want) || len(want) > 0 && !reflect.DeepEqual(have, want) {
			t.Fatalf("have %+v\nwant %+v", have, want)
		}
	})
}

// realistic is what 200/s over three nodes look like, one of which is bad.
func realistic(n int) []Request {
	rng := rand.New(rand.NewPCG(1, 2))
	rs := make([]Request, n)
	for i := range rs {
		due := int64(3*time.Hour) + int64(i)*int64(5*time.Millisecond)
		sent := due + rng.Int64N(int64(2*time.Millisecond))
		node := rng.IntN(3)
		rs[i] = Request{Seq: uint64(70_000 + i), Due: due, Sent: sent, Done: sent +
			rng.Int64N(int64(400*time.Millisecond)),
			User: uint32(i % 500), Node: []string{"app-1", "app-2", "app-3"}[node], Status: 200,
			Attempts: 1, Reused: i%3 > 0}
		if node == 1 {
			rs[i].Status, rs[i].Class, rs[i].Injected, rs[i].Fault, rs[i].Node = 503, Status, true,
				"bad-node", ""
		}
	}
	return rs
}

func TestBlockIsSmall(t *testing.T) {
	rs := realistic(50) // a flush at 250/s
	b, err := EncodeBlock("g", rs)
	if err != nil {
		t.Fatal(err)
	}
	each := float64(len(b.Data)) / float64(len(rs))
	t.Logf("%.1f bytes a request", each)
	if each > 24 {
		t.Errorf("%.1f bytes a request, want 24 at most", each)
	}
}

// A connection for every request, with all its steps, is the most there is.
func TestBlockWithStepsIsSmall(t *testing.T) {
	rs := realistic(50)
	for i := range rs {
		rs[i].Reused = false
		rs[i].Lookup, rs[i].Handshake, rs[i].TLS = StepOf(9*time.Millisecond, true),
			StepOf(300*time.Millisecond, true), StepOf(40*time.Millisecond, false)
	}
	b, err := EncodeBlock("g", rs)
	if err != nil {
		t.Fatal(err)
	}
	if each := float64(len(b.Data)) / float64(len(rs)); each > 24 {
		t.Errorf("%.1f bytes a request, want 24 at most", each)
	}
}

// older is a block of a version that had no table of faults.
func older(t *testing.T, version byte, rs []Request) Block {
	t.Helper()
	for i := range rs {
		rs[i].Injected, rs[i].Fault = false, ""
	}
	b, err := EncodeBlock("g", rs)
	if err != nil {
		t.Fatal(err)
	}
	d := decoder{data: b.Data[1:]}
	d.length(smallestRequest)
	d.table(math.MaxInt)
	table := len(b.Data) - len(d.data)
	b.Data = slices.Delete(b.Data, table, table+1)
	b.Data[0] = version
	return b
}

// Blocks of older versions are still read; one that has no steps gets none slipped in.
func TestOlderBlock(t *testing.T) {
	for _, version := range []byte{blockWithoutSteps, blockWithoutFaults} {
		rs := realistic(20)
		have, err := DecodeBlock(older(t, version, rs))
		b, _ := EncodeBlock("g", rs)
		if want, _ := DecodeBlock(b); err != nil || !reflect.DeepEqual(have, want) {
			t.Errorf("version %d: %v, or other requests than were put in", version, err)
		}
	}
	want := realistic(20)
	want[3].Handshake = StepOf(time.Millisecond, true)
	if _, err := DecodeBlock(older(t, blockWithoutSteps, want)); !errors.Is(err, errBlock) {
		t.Errorf("steps in version %d: %v", blockWithoutSteps, err)
	}
	old := older(t, blockWithoutFaults, realistic(1))
	old.Data[len(old.Data)-requestBytes(old)] |= flagInjected
	if have, err := DecodeBlock(old); err != nil || !have[0].Injected || have[0].Fault != "" {
		t.Errorf("which fault answered is not in version %d: have %+v, %v", blockWithoutFaults,
			have, err)
	}
}

// requestBytes is how many bytes the only request of an older block takes.
func requestBytes(b Block) int {
	d := decoder{data: b.Data[1:]}
	d.length(smallestRequest)
	d.table(math.MaxInt)
	return len(d.data)
}

func TestStep(t *testing.T) {
	for _, c := range []struct {
		took time.Duration
		ok   bool
	}{{0, true}, {0, false}, {1500 * time.Nanosecond, true}, {2 * time.Second,
		false}, {24 * time.Hour, true}} {
		s, want := StepOf(c.took, c.ok),
			min(c.took.Round(time.Microsecond), (1<<31-2)*time.Microsecond)
		if !s.Tried() || s.OK() != c.ok || s.Took() != want {
			t.Errorf("%+v: have tried %v, ok %v, took %v", c, s.Tried(), s.OK(), s.Took())
		}
	}
	if s := Step(0); s.Tried() || s.OK() || s.Took() != 0 {
		t.Error("no step is taken for one")
	}
}

func TestBlockRefusesWhatItCannotKeep(t *testing.T) {
	if _, err := EncodeBlock("g", []Request{{Node: string(make([]byte, 256))}}); err == nil {
		t.Error("a node name that does not fit was taken")
	}
	if _, err := EncodeBlock("g", []Request{{Injected: true,
		Fault: string(make([]byte, MostFaultName+1))}}); err == nil {
		t.Error("a fault's name that does not fit was taken")
	}
	if _, err := EncodeBlock("g", []Request{{Class: Classes}}); err == nil {
		t.Error("a class that does not exist was taken")
	}
}

func TestDamagedBlockIsAnError(t *testing.T) {
	good, err := EncodeBlock("g", realistic(3))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]Block{
		"empty":   {Count: 3},
		"cut":     {Count: 3, Data: good.Data[:len(good.Data)-1]},
		"longer":  {Count: 3, Data: append(bytes.Clone(good.Data), 0)},
		"count":   {Count: 2, Data: good.Data},
		"version": {Count: 3, Data: append([]byte{99}, good.Data[1:]...)},
		"bomb": {Count: math.MaxInt32,
			Data: []byte{blockVersion, 0xff, 0xff, 0xff, 0xff, 0x07, 0}},
	} {
		if _, err := DecodeBlock(b); !errors.Is(err, errBlock) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecodeBlock(f *testing.F) {
	for _, n := range []int{0, 1, 20} {
		b, err := EncodeBlock("g", realistic(n))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b.Count, b.Data)
	}
	f.Fuzz(func(t *testing.T, count int, data []byte) {
		rs, err := DecodeBlock(Block{Group: "g", Count: count, Data: data})
		if err == nil && len(rs) != count || len(rs) > len(data) {
			t.Fatalf("%d requests out of %d bytes", len(rs), len(data))
		}
	})
}
