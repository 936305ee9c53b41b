package sim

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/labtest"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// started starts a shipped drill's lab.
func started(name string) func(t *testing.T) lab.Lab {
	return func(t *testing.T) lab.Lab {
		t.Helper()
		all, err := plan.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		room, err := Ground{}.Room(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.New(all[0], plan.Options{Run: "00000000000000c0", Subnet: room})
		if err != nil {
			t.Fatal(err)
		}
		l, err := Ground{}.Start(t.Context(), lab.Options{Plan: p})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
}

// A lab in memory keeps the contract of labs, in no time.
func TestContract(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		labtest.Contract(t, started("starved-server"), "shop")
		labtest.Memory(t, started("out-of-memory"), "app-2", 32<<20)
		labtest.Disk(t, started("../../../testdata/live/nginx-disk.yaml"), "shop", "/scratch")
	})
}

// A published port of it leads to its target, and nowhere else.
func TestPublish(t *testing.T) {
	file := filepath.Join(t.TempDir(), "drill.yaml")
	text := `name: published
targets: {shop: {lab: {web: {}}, ports: [8080], publish: ["18080:8080"]}}
load: {page: {to: "http://shop:8080/", rate: 100/s, connections: {per: request}}}
phases: {baseline: 30s, fault: 10s, recovery: 10s}
faults: {cut: {refuse: {link: "* -> shop"}}}
sla: {recover: 5s}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		labtest.Publish(t, func(t *testing.T) (lab.Lab, plan.Published) {
			t.Helper()
			l := started(file)(t)
			return l, l.(*Lab).o.Plan.Published[0]
		})
	})
}

// Of a share, as many requests are drawn as it says, evenly.
func TestDraws(t *testing.T) {
	for _, c := range []struct {
		share float64
		want  string
	}{{0, "----------"}, {0.5, "-x-x-x-x-x"}, {0.3, "---x--x--x"}, {1, "xxxxxxxxxx"}} {
		have := ""
		for seq := range uint64(10) {
			if draws(seq, c.share) {
				have += "x"
			} else {
				have += "-"
			}
		}
		if have != c.want {
			t.Errorf("%g: have %s, want %s", c.share, have, c.want)
		}
	}
}
