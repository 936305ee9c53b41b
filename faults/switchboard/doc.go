// Package switchboard is the container that every link of a drill runs
// through. It owns one address per link, answers the drill's DNS by client, and applies
// packet rules and stream modes. It lives in a network namespace of its own: what it does
// ends with its container. It is for Linux; what is said to it is package link.
package switchboard
