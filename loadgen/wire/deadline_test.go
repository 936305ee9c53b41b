package wire

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What is in force past its deadline is undone and reported once; what resists, until it
// gives in; what was taken away, never.
func TestDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d Deadlines
		var mu sync.Mutex
		var did, reported []string
		began := time.Now()
		undo := func(name string, fails int) func() error {
			return func() error {
				mu.Lock()
				defer mu.Unlock()
				did = append(did, name+" "+time.Since(began).String())
				if fails--; fails >= 0 {
					return errors.New("resists")
				}
				return nil
			}
		}
		emit := func(event string, body any) error {
			e := body.(Expired)
			mu.Lock()
			defer mu.Unlock()
			reported = append(reported, event+" "+e.Name+" "+e.Error)
			return nil
		}
		d.Set("forgotten", 3*time.Second, undo("forgotten", 0), emit)
		d.Set("lifted", 3*time.Second, undo("lifted", 0), emit)
		d.Set("endless", 0, undo("endless", 0), emit)
		d.Set("stubborn", 5*time.Second, undo("stubborn", 2), emit)
		d.Set("again", 2*time.Second, undo("again, early", 0), emit)
		d.Set("again", 9*time.Second, undo("again", 0), emit)
		d.Set("cleared", 20*time.Second, undo("cleared", 0), emit)
		time.Sleep(2 * time.Second)
		d.Take("lifted")
		d.Take("lifted")
		time.Sleep(10 * time.Second)
		d.Clear()
		time.Sleep(time.Hour)
		mu.Lock()
		defer mu.Unlock()
		if want := []string{"forgotten 3s", "stubborn 5s", "stubborn 6s", "stubborn 7s",
			"again 9s"}; !slices.Equal(did, want) {
			t.Errorf("undone: have %q, want %q", did, want)
		}
		want := []string{"expired forgotten ", "expired stubborn resists",
			"expired stubborn resists", "expired stubborn ", "expired again "}
		if !slices.Equal(reported, want) {
			t.Errorf("reported: have %q, want %q", reported, want)
		}
	})
}
