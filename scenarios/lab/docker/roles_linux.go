//go:build !nonode

package docker

// hasRoles: this program can be a node of a drill.
const hasRoles = true
