//go:build drill

package docker

import (
	"context"
	"testing"

	"github.com/moby/moby/client"

	"github.com/stormdrill/stormdrill/loadgen/quantity"
	"github.com/stormdrill/stormdrill/scenarios"
	"github.com/stormdrill/stormdrill/scenarios/lab"
	"github.com/stormdrill/stormdrill/scenarios/lab/labtest"
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
