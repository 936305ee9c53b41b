//go:build drill

package docker

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/labtest"
	"github.com/stormdrill/stormdrill/scenarios/plan"
)

// A lab of containers keeps the contract of labs.
func TestContract(t *testing.T) {
	started := func(name, run string) func(t *testing.T) lab.Lab {
		return func(t *testing.T) lab.Lab {
			t.Helper()
			l, err := open(t, name, run, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if n := left(t, run); n != 0 {
					t.Errorf("%d things left", n)
				}
			})
			return l
		}
	}
	t.Run("all", func(t *testing.T) {
		labtest.Contract(t, started("starved-server", "00000000000000c1"), "shop")
	})
	t.Run("memory", func(t *testing.T) {
		labtest.Memory(t, started("out-of-memory", "00000000000000c2"), "app-2", 32<<20)
	})
	t.Run("disk", func(t *testing.T) {
		const run = "00000000000000c3"
		labtest.Disk(t, func(t *testing.T) lab.Lab {
			t.Helper()
			l, err := openFile(t, shop(t, sound), run, func(s *scenarios.Target) {
				s.Tmpfs = map[string]quantity.Size{"/data": 8 << 20}
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if n := left(t, run) + images(t, run) + volumes(t, run); n != 0 {
					t.Errorf("%d things left", n)
				}
			})
			return l
		}, "shop-1", "/data")
	})
}

// A published port leads to its target by the link that host has to it, and nowhere else;
// no packet goes round the links. The node that carries runs as nobody, and is gone with
// the lab.
func TestLabPublishes(t *testing.T) {
	const run = "00000000000000c4"
	labtest.Publish(t, func(t *testing.T) (lab.Lab, plan.Published) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "drill.yaml")
		text := `name: published
targets: {shop: {lab: {web: {}}, replicas: 2, ports: [8080], publish: ["18080-18081:8080"]}}
load: {page: {to: "http://shop:8080/", rate: 100/s, connections: {per: request}}}
phases: {baseline: 10s, fault: 5s, recovery: 10s}
faults: {cut: {refuse: {link: "* -> shop"}}}
sla: {recover: 3s}
`
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := openFile(t, file, run, nil)
		if err != nil {
			t.Fatal(err)
		}
		port := l.Plan.Published[1]
		t.Cleanup(func() {
			if n := left(t, run) + images(t, run); n != 0 {
				t.Errorf("%d things left", n)
			}
		})
		return l, port
	})
}

// volumes counts the volumes that the engine has of a run.
func volumes(t *testing.T, run string) int {
	t.Helper()
	engine, err := connect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	all, err := engine.VolumeList(context.Background(),
		client.VolumeListOptions{Filters: client.Filters{}.Add("label", Label+"="+run)})
	if err != nil {
		t.Fatal(err)
	}
	return len(all.Items)
}
