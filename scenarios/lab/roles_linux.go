//go:build !nonode

package lab

// hasRoles: this program can be a node of a drill.
const hasRoles = true
