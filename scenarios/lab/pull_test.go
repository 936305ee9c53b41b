package lab

import "testing"

// A registry that mirrors the Docker Hub stands before its images, and no others.
func TestPrefixed(t *testing.T) {
	for image, want := range map[string]string{
		"nginx:1.27":              "mirror.test/hub/nginx:1.27",
		"grafana/grafana":         "mirror.test/hub/grafana/grafana",
		"docker.io/library/nginx": "docker.io/library/nginx",
		"localhost/shop":          "localhost/shop",
		"registry.test:5000/shop": "registry.test:5000/shop",
	} {
		if have := prefixed("mirror.test/hub", image); have != want {
			t.Errorf("%s: have %s, want %s", image, have, want)
		}
		if have := prefixed("", image); have != image {
			t.Errorf("%s without a prefix: have %s", image, have)
		}
	}
}
