// Package quantity holds the quantities of a scenario as people write them:
// rates ("200/s"), shares ("30%") and byte sizes ("64KiB"). Durations are
// time.Duration as Go writes it.
package quantity

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Rate is a frequency in events per second. Its text form is COUNT/UNIT,
// where UNIT is s, m, h or a duration: "200/s", "30/m", "5/100ms".
type Rate float64

// ParseRate reads the text form of a Rate. A rate of zero or less is an error:
// "as fast as possible" is no plan.
func ParseRate(s string) (Rate, error) {
	count, unit, ok := strings.Cut(strings.TrimSpace(s), "/")
	if !ok {
		if _, err := strconv.ParseFloat(count, 64); err == nil {
			return 0, fmt.Errorf("rate %q: a unit is missing: %s/s?", s, count)
		}
		return 0, fmt.Errorf("rate %q: want COUNT/UNIT, such as 200/s", s)
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(count), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("rate %q: %q is not a number", s, count)
	}
	var per time.Duration
	switch unit = strings.TrimSpace(unit); unit {
	case "s":
		per = time.Second
	case "m":
		per = time.Minute
	case "h":
		per = time.Hour
	default:
		if per, err = time.ParseDuration(unit); err != nil || per <= 0 {
			return 0, fmt.Errorf("rate %q: unit %q is none of s, m, h or a duration", s, unit)
		}
	}
	if n <= 0 {
		return 0, fmt.Errorf("rate %q: must be above zero", s)
	}
	return Rate(n / per.Seconds()), nil
}

// String gives the text form, per second.
func (r Rate) String() string {
	return strconv.FormatFloat(float64(r), 'g', 6, 64) + "/s"
}

// UnmarshalText reads the text form.
func (r *Rate) UnmarshalText(b []byte) (err error) {
	*r, err = ParseRate(string(b))
	return err
}

// MarshalText writes the text form.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Share is a part of a whole, in [0, 1]. Its text form is a percentage: "30%".
type Share float64

// ParseShare reads the text form of a Share; the sign % is required, so that
// 1 cannot be taken for 100 %.
func ParseShare(s string) (Share, error) {
	digits, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	if !ok {
		return 0, fmt.Errorf("share %q: want a percentage, such as 30%%", s)
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if err != nil || math.IsNaN(n) {
		return 0, fmt.Errorf("share %q: %q is not a number", s, digits)
	}
	if n < 0 || n > 100 {
		return 0, fmt.Errorf("share %q: must lie between 0%% and 100%%", s)
	}
	return Share(n / 100), nil
}

// String gives the text form.
func (s Share) String() string {
	return strconv.FormatFloat(float64(s)*100, 'g', 6, 64) + "%"
}

// UnmarshalText reads the text form.
func (s *Share) UnmarshalText(b []byte) (err error) {
	*s, err = ParseShare(string(b))
	return err
}

// MarshalText writes the text form.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Size is a number of bytes. Its text form is a count with an optional unit:
// "512", "64KiB", "10MB" (powers of 1000 for kB, MB, GB; of 1024 for KiB, MiB, GiB).
type Size int64

var units = []struct {
	name string
	n    float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1},
}

// ParseSize reads the text form of a Size.
func ParseSize(s string) (Size, error) {
	t := strings.TrimSpace(s)
	for _, u := range units {
		digits, ok := strings.CutSuffix(t, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil || math.IsNaN(n) || n < 0 || n*u.n > math.MaxInt64/2 {
			continue
		}
		return Size(n * u.n), nil
	}
	return 0, fmt.Errorf("size %q: want a count of bytes with a unit, such as 64KiB", s)
}

// String gives the text form, in the largest power of 1024 that leaves no fraction.
func (s Size) String() string {
	n, unit := int64(s), "B"
	for _, larger := range []string{"KiB", "MiB", "GiB"} {
		if n == 0 || n%1024 != 0 {
			break
		}
		n, unit = n/1024, larger
	}
	return strconv.FormatInt(n, 10) + unit
}

// UnmarshalText reads the text form.
func (s *Size) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSize(string(b))
	return err
}

// MarshalText writes the text form.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
