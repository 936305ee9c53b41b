package scenarios

import _ "embed" // for Starter

// Starter is a commented scenario to begin with; it passes as it stands.
//
//go:embed starter.yaml
var Starter []byte
