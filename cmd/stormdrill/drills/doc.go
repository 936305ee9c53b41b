// Package drills runs bin/stormdrill as its users do, on real containers, against
// servers they really run. Its tests stand behind the build tag drill, as they need an
// engine; their scenarios are in testdata/live.
package drills
