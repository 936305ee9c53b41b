package hostname

import "testing"

func TestNamesOnTheWire(t *testing.T) {
	for _, c := range []struct{ name, host string }{
		{"app-2", "app-2"},
		{"web_app", "web_app"},
		{"redis.internal.corp", "redis.internal.corp"},
		{"数据库", "xn--dxty1ibyb"},
		{"数据库-2.internal", "xn---2-j82dp1poxc.internal"},
		{"bücher.example", "xn--bcher-kva.example"},
		{"straße", "xn--strae-oqa"}, // not transitional: as browsers have it
	} {
		if have := Wire(c.name); have != c.host {
			t.Errorf("%s on the wire: %s, want %s", c.name, have, c.host)
		}
		if have := Written(c.host); have != c.name {
			t.Errorf("%s is written %s, want %s", c.host, have, c.name)
		}
	}
	if have := Written("XN--BCHER-KVA.example"); have != "bücher.example" {
		t.Errorf("upper case is written %s", have)
	}
	// What IDNA has no form for stays as it is, and so does what is no host's name.
	for _, name := range []string{"ab--数", "数 据", "数_据", "xn--a", "xn--\x00", "節点 1", ""} {
		if Wire(name) != name || Written(name) != name {
			t.Errorf("%q: %q on the wire, written %q", name, Wire(name), Written(name))
		}
	}
	if _, err := Encode("数_据"); err == nil {
		t.Error("IDNA takes no underscore")
	}
	for _, c := range []struct{ address, want string }{
		{"数据库:5432", "xn--dxty1ibyb:5432"}, {"shop:80", "shop:80"}, {"数据库", "数据库"},
		{"[::1]:80", "[::1]:80"},
	} {
		if have := Address(c.address); have != c.want {
			t.Errorf("%s on the wire: %s, want %s", c.address, have, c.want)
		}
	}
}

func TestReplicas(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		want string
	}{
		{"app", 2, "app-2"},
		{"redis.internal.corp", 12, "redis-12.internal.corp"},
		{"数据库.内网", 1, "数据库-1.内网"},
		{"app-1", 2, "app-1-2"},
	} {
		if have := Replica(c.name, c.n); have != c.want {
			t.Errorf("replica %d of %s: %s, want %s", c.n, c.name, have, c.want)
		}
		if name, n, ok := Original(c.want); name != c.name || n != c.n || !ok {
			t.Errorf("%s is replica %d of %s, %v", c.want, n, name, ok)
		}
	}
	for _, name := range []string{"app", "app-x", "app-0", "app-02", "-2", "redis.corp-2", ""} {
		if of, n, ok := Original(name); ok {
			t.Errorf("%s is replica %d of %s", name, n, of)
		}
	}
}

func TestVariables(t *testing.T) {
	for name, want := range map[string]string{"app-2": "APP_2",
		"redis.internal.corp": "REDIS_INTERNAL_CORP", "数据库": "XN__DXTY1IBYB"} {
		if have := Variable(name); have != want {
			t.Errorf("%s: %s, want %s", name, have, want)
		}
	}
}
