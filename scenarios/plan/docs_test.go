package plan

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// Every whole scenario in README and docs is a valid one. Files that it names are of
// testdata/live.
func TestDocumentedScenarios(t *testing.T) {
	t.Setenv("PAGER_TOKEN", "a-token-of-16-and-more") // of beside.yaml
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	block, found := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$"), 0
	for _, file := range append(files, "../../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasPrefix(m[1], "name: ") {
				continue // a part of one
			}
			found++
			beside := filepath.Join("../../testdata/live", filepath.Base(file))
			if _, err := Parse(beside, []byte(m[1])); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if found == 0 {
		t.Error("no scenario was found")
	}
}

// The page on Prometheus shows the shipped files as they are, their heads apart, which a live
// drill runs.
func TestPrometheusPageIsOfItsFiles(t *testing.T) {
	page, err := os.ReadFile("../../docs/prometheus.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]bool{}
	for _, m := range regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$").FindAllStringSubmatch(
		string(page), -1) {
		var shown any
		if err := yaml.Unmarshal([]byte(m[1]), &shown); err != nil {
			t.Errorf("%v in\n%s", err, m[1])
		}
		blocks[m[1]] = true
	}
	files, err := filepath.Glob("../../testdata/live/prometheus*")
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	also, err := filepath.Glob("../../testdata/live/beside*")
	if err != nil || len(also) != 3 {
		t.Fatal(also, err)
	}
	for _, file := range append(append(files, also...), "../../testdata/live/alertmanager.yml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		shown := regexp.MustCompile(`\A(#.*\n)*`).ReplaceAllString(string(text), "")
		if !blocks[shown] {
			t.Errorf("%s is not on the page as it is", file)
		}
		delete(blocks, shown)
	}
	for _, name := range []string{"monitoring.yaml", "prometheus.yml"} {
		text, err := os.ReadFile("../../testdata/live/matrix/" + name)
		shown := regexp.MustCompile(`\A(#.*\n)*`).ReplaceAllString(string(text), "")
		if err != nil || !strings.Contains(string(page), "\n```\n"+shown+"```\n") {
			t.Errorf("matrix/%s is not on the page as it is: %v", name, err)
		}
	}
	if len(blocks) != 1 {
		t.Errorf("%d blocks are of no shipped file, want the one drill that breaks the monitoring",
			len(blocks))
	}
}

// The page on HAProxy shows the shipped files as they are, their heads apart, which a live
// drill runs.
func TestHAProxyPageIsOfItsFiles(t *testing.T) {
	page, err := os.ReadFile("../../docs/haproxy.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, fence := range map[string]string{"haproxy-check.yaml": "```yaml\n",
		"haproxy.cfg": "```\n", "haproxy-check.cfg": "```\n"} {
		text, err := os.ReadFile("../../testdata/live/" + name)
		if err != nil {
			t.Fatal(err)
		}
		shown := regexp.MustCompile(`\A(#.*\n)*`).ReplaceAllString(string(text), "")
		if !strings.Contains(string(page), "\n"+fence+shown+"```\n") {
			t.Errorf("%s is not on the page as it is", name)
		}
	}
}

// A link to a heading is to one that is there: a browser goes to the top of the page
// where it is not.
func TestDocumentedAnchors(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#:]*)#([^)]+)\)`)
	heading := regexp.MustCompile(`(?m)^#+ (.*)$`)
	unnamed := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for _, file := range append(files, "../../README.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			to := file
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(file), m[1])
			}
			target, err := os.ReadFile(to)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
			found := false
			for _, h := range heading.FindAllStringSubmatch(string(target), -1) {
				name := unnamed.ReplaceAllString(strings.ToLower(h[1]), "")
				found = found || strings.ReplaceAll(name, " ", "-") == m[2]
			}
			if !found {
				t.Errorf("%s: %s has no heading #%s", file, to, m[2])
			}
		}
	}
}

// Every link between README and docs leads to a file that is there.
func TestDocumentedLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "../../README.md", "../../CHANGELOG.md",
		"../../SECURITY.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), m[1])); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}
