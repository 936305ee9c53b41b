package sla

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// fingerprint distinguishes objectives: the SHA-256 of their JSON with sorted keys.
func fingerprint(o timeline.Objectives) string {
	b, _ := json.Marshal(o) // of durations, numbers and texts: cannot fail
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
