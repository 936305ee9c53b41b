//go:build !linux || nonode

package lab

// hasRoles: this program is a command line alone.
const hasRoles = false
