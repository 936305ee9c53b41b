//go:build linux

package loadgen

import "testing"

// FuzzServerStatus holds that no statistics, however broken, take a load node down.
func FuzzServerStatus(f *testing.F) {
	f.Add([]byte("# pxname,svname,status\napp,app-1,UP\n"), "app", "app-1")
	f.Add([]byte("pxname,svname\n\"a"), "", "")
	f.Fuzz(func(t *testing.T, body []byte, backend, server string) {
		if status, err := serverStatus(body, backend, server); err != nil && status != "" {
			t.Errorf("%q beside %v", status, err)
		}
	})
}
