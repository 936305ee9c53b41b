package timeline

import (
	"iter"
	"sync"
)

// ahead calls next on a goroutine of its own, so that what comes next is prepared
// while the one before is looked at. Next fills in what it is given, which may have
// been used before, and reports whether there was anything. What is yielded is
// valid until the one after it; when the loop ends, next is not called any more. So
// many are in work or waiting at once.
func ahead[T any](many int, next func(*T) bool) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		// room for all: no one waits to send
		used, ready := make(chan *T, many), make(chan *T, many)
		for range many {
			used <- new(T)
		}
		var working sync.WaitGroup
		working.Go(func() {
			defer close(ready)
			for t := range used {
				if !next(t) {
					return
				}
				ready <- t
			}
		})
		defer working.Wait()
		defer close(used)
		for t := range ready {
			if !yield(t) {
				return
			}
			used <- t
		}
	}
}
