package quantity

import "testing"

func TestThroughput(t *testing.T) {
	for text, want := range map[string]Throughput{"64KiB/s": 65536, " 1.5 MB/s": 1_500_000, "100/s": 100, "0B/s": 0} {
		have, err := ParseThroughput(text)
		if err != nil || have != want {
			t.Errorf("%q: have %d, %v, want %d", text, have, err, want)
		}
		if back, err := ParseThroughput(have.String()); err != nil || back != have {
			t.Errorf("%q written as %q: %d, %v", text, have, back, err)
		}
	}
	for _, text := range []string{"", "/s", "64KiB", "64KiB/m", "-1KiB/s", "NaN/s", "InfB/s", "1e30GB/s", "64Kib/s"} {
		if have, err := ParseThroughput(text); err == nil {
			t.Errorf("%q: have %d, want an error", text, have)
		}
	}
}
