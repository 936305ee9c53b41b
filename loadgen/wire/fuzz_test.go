package wire

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// FuzzServe holds that no conversation, however broken, takes a node down.
func FuzzServe(f *testing.F) {
	f.Add("{\"id\":1,\"call\":\"echo\",\"body\":{}}\n{\"id\":2,\"call\":\"clock\"}\n")
	f.Add("{\"id\":1,\"call\":\"none\"}\n\n{")
	f.Add("\x00\n[]\n")
	f.Fuzz(func(t *testing.T, said string) {
		_ = NewServer(io.Discard).Serve(t.Context(), strings.NewReader(said), map[string]Handler{
			"echo": func(_ context.Context, body json.RawMessage) (any, error) { return body, nil },
		})
	})
}
