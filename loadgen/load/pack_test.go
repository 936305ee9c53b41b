package load

import (
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever is packed comes back as it was put in, to the nanosecond, answers and
// usages in any order among each other.
func TestPackedComesBack(t *testing.T) {
	few := func(t *rapid.T, name string) string {
		return rapid.OneOf(rapid.SampledFrom([]string{"", "balancer", "UP", "DOWN"}),
			rapid.String()).Draw(t, name)
	}
	number := rapid.OneOf(rapid.Int64Range(-3, 2_000_000), rapid.Int64())
	share := func(t *rapid.T, name string) *float64 {
		if rapid.Bool().Draw(t, name+" is known") {
			return nil
		}
		f := rapid.OneOf(rapid.SampledFrom([]float64{0, 0.0123, 1}), rapid.Float64()).Draw(t, name)
		return &f
	}
	rapid.Check(t, func(t *rapid.T) {
		var p Packer
		var u Unpacker
		for range rapid.IntRange(0, 12).Draw(t, "entries") {
			var want, have any
			var err error
			if rapid.Bool().Draw(t, "answer") {
				a := Answer{Check: few(t, "check"), Start: number.Draw(t, "start"),
					End:  number.Draw(t, "end"),
					Good: rapid.Bool().Draw(t, "good"), Known: rapid.Bool().Draw(t, "known"),
					Detail: few(t, "detail")}
				want = a
				have, err = u.Answer(p.Answer(nil, a))
			} else {
				x := Usage{At: number.Draw(t, "at"), Group: few(t, "group"),
					Due:  rapid.Uint64().Draw(t, "due"),
					Sent: rapid.Uint64().Draw(t, "sent"), Unsent: rapid.Uint64().Draw(t, "unsent"),
					InFlight:    rapid.Int().Draw(t, "in flight"),
					LagP99:      time.Duration(number.Draw(t, "lag")),
					Descriptors: rapid.Int().Draw(t, "descriptors"),
					Machine: Pressure{Load: rapid.Float64().Draw(t, "load"),
						Cores: rapid.Int().Draw(t, "cores"),
						CPU:   share(t, "cpu"), Memory: share(t, "memory"), IO: share(t, "io")}}
				want = x
				have, err = u.Usage(p.Usage(nil, x))
			}
			if err != nil || !reflect.DeepEqual(have, want) {
				t.Fatalf("have %+v, %v\nwant %+v", have, err, want)
			}
		}
	})
}

// What is cut off or longer is an error, and no bytes whatever are a panic.
func TestDamagedPackIsAnError(t *testing.T) {
	var p Packer
	answer := p.Answer(nil, Answer{Check: "port", Start: int64(time.Hour), End: int64(time.Hour) +
		5, Detail: "refused"})
	usage := p.Usage(nil, Usage{Group: "g", At: 7, Due: 900,
		Machine: Pressure{Load: 1.5, Cores: 2, CPU: new(float64)}})
	for n := range answer {
		if _, err := new(Unpacker).Answer(answer[:n]); err == nil {
			t.Errorf("an answer cut at %d of %d was taken", n, len(answer))
		}
	}
	for n := range usage {
		if _, err := new(Unpacker).Usage(usage[:n]); err == nil {
			t.Errorf("a usage cut at %d of %d was taken", n, len(usage))
		}
	}
	if _, err := new(Unpacker).Answer(append(answer, 0)); err == nil {
		t.Error("an answer with a byte too many was taken")
	}
	if _, err := new(Unpacker).Usage(append(usage, 0)); err == nil {
		t.Error("a usage with a byte too many was taken")
	}
	if _, err := new(Unpacker).Answer([]byte{3, 0, 0}); err == nil {
		t.Error("an answer that says what none said before was taken")
	}
}

func FuzzUnpack(f *testing.F) {
	answers := func(p *Packer) []byte {
		return p.Answer(nil, Answer{Check: "port", Start: 1, End: 2, Good: true, Known: true})
	}
	usages := func(p *Packer) []byte { return p.Usage(nil, Usage{At: 1, Group: "g", LagP99: math.MaxInt64}) }
	var p Packer
	for range 2 { // what is new, and what was said before
		f.Add(answers(&p), usages(&p))
	}
	f.Add([]byte{1, 3, 0xff, 0xff, 0xff, 0xff, 0x07}, []byte{2, 1, 0xff, 0xff, 0xff, 0xff, 0x07})
	f.Fuzz(func(t *testing.T, answer, usage []byte) {
		var p Packer
		var u Unpacker
		_, err := u.Answer(answers(&p))
		_, also := u.Usage(usages(&p))
		if err != nil || also != nil {
			t.Fatal(err, also)
		}
		if a, err := u.Answer(answer); err == nil &&
			len(a.Check)+len(a.Detail) > len("port")+len(answer) {
			t.Fatalf("%+v out of %d bytes", a, len(answer))
		}
		if x, err := u.Usage(usage); err == nil && len(x.Group) > 1+len(usage) {
			t.Fatalf("%+v out of %d bytes", x, len(usage))
		}
	})
}
