package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stormdrill": main})
}

// TestScript runs the command lines of testdata/script. They need no engine.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("BAD", wd+"/../../testdata/bad")
			e.Setenv("RECORDS", wd+"/../../testdata/records")
			return nil
		},
	})
}

var wd, _ = os.Getwd()
