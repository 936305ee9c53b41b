//go:build linux

package switchboard

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

const forwarding = "/proc/sys/net/ipv4/ip_forward"

// wishes are the settings that make the switchboard a better router; where
// /proc/sys is read-only they stay as they are, and a rule does without them
// (redirects) or the container's --sysctl sets them.
var wishes = map[string]string{
	"/proc/sys/net/ipv4/conf/all/send_redirects":     "0",
	"/proc/sys/net/ipv4/conf/default/send_redirects": "0",
	// 14 of 1,500 clients saw an ICMP error with it
	"/proc/sys/net/ipv4/icmp_ratelimit": "0",
	// a packet out of window is the endpoints' business
	"/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal": "1",
}

// setForwarding makes this network namespace a router. Where the setting is
// read-only, as it is in a container, it must have been set from outside.
func setForwarding() error {
	b, err := os.ReadFile(forwarding)
	if err != nil {
		return fmt.Errorf("ip forwarding: %w", err)
	}
	if strings.TrimSpace(string(b)) == "1" {
		return nil
	}
	if err := os.WriteFile(forwarding, []byte("1"), 0); err != nil {
		return fmt.Errorf("ip forwarding is off: start the switchboard's container with --sysctl "+
			"net.ipv4.ip_forward=1 (%w)", err)
	}
	return nil
}

// tune fulfils the wishes that can be fulfilled.
func tune() error {
	var errs []error
	for path, value := range wishes {
		err := os.WriteFile(path, []byte(value), 0)
		if err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, os.ErrPermission) &&
			!errors.Is(err, unix.EROFS) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
