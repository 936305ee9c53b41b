package docker

import (
	"os"
	"testing"

	"github.com/testcontainers/testcontainers-go"
)

// Testcontainers goes without its reaper, and nothing of that is left in the
// environment, which a drill's own commands get.
func TestReaperIsOffAndEnvironmentAsItWas(t *testing.T) {
	before, set := os.LookupEnv(reaperVariable)
	if err := settled(); err != nil {
		t.Fatal(err)
	}
	if !testcontainers.ReadConfig().Config.RyukDisabled {
		t.Error("testcontainers would start its reaper")
	}
	if now, is := os.LookupEnv(reaperVariable); now != before || is != set {
		t.Errorf("the environment has %s=%q", reaperVariable, now)
	}
}
