//go:build !linux || nonode

package docker

// hasRoles: this program is a command line alone.
const hasRoles = false
