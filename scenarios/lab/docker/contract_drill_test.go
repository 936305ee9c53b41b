//go:build drill

package docker

import (
	"testing"

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
}
