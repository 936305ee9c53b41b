package faults

import (
	"errors"
	"sync"
)

// each does something to all nodes at once, and gives every failure, in their order.
func each(nodes []string, do func(i int, node string) error) error {
	errs := make([]error, len(nodes))
	var busy sync.WaitGroup
	for i, n := range nodes {
		busy.Go(func() { errs[i] = do(i, n) })
	}
	busy.Wait()
	return errors.Join(errs...)
}
