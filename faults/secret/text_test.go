package secret

import (
	"os/exec"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	t.Setenv("TOKEN", "s3cret s3cret")
	t.Setenv("PIN", "123")
	for _, c := range []struct{ text, shell, value string }{
		{"docker", "docker", "docker"},
		{"", "''", ""},
		{"two words", "'two words'", "two words"},
		{"it's", `'it'\''s'`, "it's"},
		{"${env:TOKEN}", `"$TOKEN"`, "s3cret s3cret"},
		{"Bearer ${env:TOKEN}!", `'Bearer '"$TOKEN"'!'`, "Bearer s3cret s3cret!"},
		{"a${env:PIN}b${env:PIN}", `a"$PIN"b"$PIN"`, "a123b123"},
		{"$HOME `id` \"x\"", "'$HOME `id` \"x\"'", "$HOME `id` \"x\""},
	} {
		if have := Text(c.text).Shell(); have != c.shell {
			t.Errorf("%q: have %s, want %s", c.text, have, c.shell)
		}
		if have, err := Text(c.text).Reveal(); have != c.value || err != nil {
			t.Errorf("%q: have %q, %v, want %q", c.text, have, err, c.value)
		}
		out, err := exec.Command("sh", "-c", "printf %s "+Text(c.text).Shell()).Output()
		if string(out) != c.value || err != nil {
			t.Errorf("%q by a shell: have %q, %v, want %q", c.text, out, err, c.value)
		}
	}
	if _, err := Text("${env:NOBODY_SETS_THIS}").Reveal(); err == nil ||
		!strings.Contains(err.Error(), "NOBODY_SETS_THIS") {
		t.Errorf("a variable that is not set: %v", err)
	}
}

func TestHide(t *testing.T) {
	t.Setenv("TOKEN", "s3cret")
	t.Setenv("LONGER", "s3cret-and-more")
	t.Setenv("PIN", "1")
	said := "401 for s3cret-and-more, s3cret; 1 try"
	if have, want := Hide(said, "${env:TOKEN}", "x ${env:LONGER}", "${env:PIN}"),
		"401 for ${env:LONGER}, ${env:TOKEN}; 1 try"; have != want {
		t.Errorf("have %q, want %q", have, want)
	}
	if have := Hide(said, "plain"); have != said {
		t.Errorf("have %q", have)
	}
}
