//go:build drill

package faults_test

import (
	"reflect"
	"testing"

	"github.com/stormdrill/stormdrill/faults"
)

// selective are the faults that may touch some requests, each with what shows that it did.
func selective(s faults.Selection) []row {
	return []row{
		{name: "http-status", fault: &faults.HTTPStatus{Link: userPath, Code: 503, Selection: s},
			hit: answered(503, "http-status")},
		{name: "block-page", fault: &faults.BlockPage{Link: userPath, Selection: s},
			hit: answered(403, "block-page")},
		{name: "latency", fault: &faults.Latency{Link: userPath, Delay: delay, Selection: s},
			hit: slower(delay)},
		{name: "bandwidth", fault: &faults.Bandwidth{Link: userPath, Rate: 1 << 10, Selection: s},
			hit: slower(delay)},
		{name: "bandwidth, upload", fault: &faults.Bandwidth{Link: userPath, Rate: 128,
			Direction: "upload", Selection: s}, hit: slower(delay)},
		{name: "slice", fault: &faults.Slice{Link: userPath, Size: 200, Delay: delay / 4,
			Selection: s}, hit: slower(delay)},
		{name: "limit-data", fault: &faults.LimitData{Link: userPath, Bytes: 600, Selection: s},
			hit: failed(ended)},
		{name: "stall", fault: &faults.Stall{Link: userPath, Selection: s}, hit: failed(timedOut),
			hangs: true},
	}
}

// Each fault that may touch some requests touches those that are all that is said of them,
// counts those, and lets all others alone, by TLS too.
func TestContractSelection(t *testing.T) {
	t.Parallel()
	all := selective(faults.Selection{Spare: []string{"/api/health"},
		Only: &faults.Only{Paths: []string{"/api/*", "/pay"}, Methods: []string{"POST", "PUT"},
			Headers: map[string]string{"x-tenant": "a*", "host": "app"}}})
	held := map[reflect.Type]bool{}
	for _, r := range all {
		held[reflect.TypeOf(r.fault)] = true
		for _, secure := range []bool{false, true} {
			r.secure = secure
			name := r.name
			if secure {
				name += " on TLS"
			}
			t.Run(name, func(t *testing.T) { t.Parallel(); r.holdSelection(t) })
		}
	}
	kinds := reflect.TypeFor[faults.Kinds]()
	for i := range kinds.NumField() {
		f := kinds.Field(i)
		if f.Type.Implements(reflect.TypeFor[faults.Selective]()) && !held[f.Type] {
			t.Errorf("%s selects requests, and no test holds it to that", f.Tag.Get("yaml"))
		}
	}
}

func (r row) holdSelection(t *testing.T) {
	l, in := r.lab(t)
	_, err := in.Inject(t.Context())
	l.must(err)
	hits := 0
	for _, c := range []struct {
		asking
		hit bool
	}{
		{asking{"POST", "/api/orders", map[string]string{"X-Tenant": "acme"}}, true},
		{asking{"PUT", "/pay?by=card", map[string]string{"X-TENANT": "a"}}, true},
		{asking{"GET", "/api/orders", map[string]string{"X-Tenant": "acme"}}, false},
		{asking{"POST", "/apis", map[string]string{"X-Tenant": "acme"}}, false},
		{asking{"POST", "/api/health", map[string]string{"X-Tenant": "acme"}}, false},
		{asking{"POST", "/api/orders", map[string]string{"X-Tenant": "bcme"}}, false},
		{asking{"POST", "/api/orders", nil}, false},
	} {
		a := r.users(3)
		a.Ask = c.asking
		for _, o := range l.try(a) {
			switch {
			case c.hit && r.hit(o):
				hits++
			case c.hit || o.Status != 200 || o.Fault != "":
				t.Errorf("%+v: %+v, want it hit: %t", c.asking, o, c.hit)
			}
		}
	}
	if c := l.proof(in); c.Users != uint64(hits) || c.Total != c.Users || c.Blind {
		t.Errorf("%d were hit, counted %+v", hits, c)
	}
	l.wantLifted(in)
	a := r.users(3)
	a.Ask = asking{"POST", "/api/orders", map[string]string{"X-Tenant": "acme"}}
	l.wantAll(a, "")
}
