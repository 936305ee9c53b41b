package wire

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Commands about one name are carried out in their order, however long each takes; those
// about another name, or none, wait for none of them.
func TestCommandsAboutOneNameAreInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, cmds := io.Pipe()
		events, out := io.Pipe()
		var mu sync.Mutex
		var log []string
		note := func(what string, takes time.Duration) {
			time.Sleep(takes)
			mu.Lock()
			defer mu.Unlock()
			log = append(log, what)
		}
		type rule struct {
			Name string `json:"name"`
		}
		server := NewServer(out)
		server.Names = Named("apply", "lift")
		served := make(chan error, 1)
		go func() {
			served <- server.Serve(context.Background(), in, map[string]Handler{
				"apply": Handle(func(_ context.Context, r rule) (any, error) { note("apply "+r.Name, time.Second); return nil, nil }),
				"lift":  Handle(func(_ context.Context, name string) (any, error) { note("lift "+name, 0); return nil, nil }),
				"ask":   Handle(func(_ context.Context, r rule) (any, error) { note("ask "+r.Name, 0); return nil, nil }),
			})
			out.Close()
		}()
		p := NewPeer(events, cmds, nil)
		var calls sync.WaitGroup
		// The caller gives up waiting, and lifts what may yet come into force.
		call := func(name string, body any) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			calls.Go(func() { defer cancel(); _ = p.Call(ctx, name, body, nil) })
			time.Sleep(time.Millisecond)
		}
		call("apply", rule{"bad"})
		call("lift", "bad")
		call("lift", "other")
		call("ask", rule{"bad"})
		calls.Wait()
		if want := []string{"lift other", "ask bad", "apply bad", "lift bad"}; !slices.Equal(log, want) {
			t.Errorf("have %q, want %q", log, want)
		}
		_ = p.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
		<-p.Done()
	})
}
