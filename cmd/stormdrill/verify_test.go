package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormdrill/stormdrill/reports"
	"github.com/stormdrill/stormdrill/scenarios/evidence"
	"github.com/stormdrill/stormdrill/scenarios/sla"
	"github.com/stormdrill/stormdrill/scenarios/timeline"
)

// Sealed evidence verifies, whoever judged it; what was changed since, and a scorecard that
// the record does not give, even where it was sealed so, do not.
func TestVerify(t *testing.T) {
	record := unpacked(t, "../../testdata/records/library/bad-lb-node.gz")
	scorecard := func(t *testing.T, dir string, change func(*sla.Scorecard)) {
		t.Helper()
		r, err := timeline.Open(filepath.Join(dir, "record"))
		if err != nil {
			t.Fatal(err)
		}
		card := sla.Score(r, r.Header.Objectives)
		change(&card)
		var b bytes.Buffer
		if err := errors.Join(reports.JSON(&b, card), os.WriteFile(filepath.Join(dir, "scorecard.json"),
			b.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		before func(*sla.Scorecard) // it is sealed
		after  func(t *testing.T, dir string)
		code   int
		want   string
	}{
		"as it was": {nil, nil, 0, "run 8a4eba251e4d83c2 of bad-lb-node: 2 files as they were; judged again, the same scorecard: pass\n"},
		"of another version": {func(c *sla.Scorecard) { c.Tool = "v0.1" }, nil, 0,
			"the same verdict (it was judged by Stormdrill v0.1): pass"},
		"of one that is not known": {func(c *sla.Scorecard) { c.Tool = "" }, nil, 0,
			"the same verdict (by which version it was judged is not known): pass"},
		"without a verdict": {func(c *sla.Scorecard) { c.Verdict = "" }, nil, 1,
			"scorecard.json: this is no scorecard: it has no verdict"},
		"with a secret": {func(c *sla.Scorecard) { c.Scenario = "${env:PASSWORD}" }, nil, 0,
			"the same verdict (a secret is hidden in the scorecard): pass"},
		"improved and sealed": {func(c *sla.Scorecard) { c.Verdict = sla.Fail }, nil, 1,
			"judged again, the record gives pass, and the scorecard says fail"},
		"improved": {nil, func(t *testing.T, dir string) {
			scorecard(t, dir, func(c *sla.Scorecard) { c.Verdict = sla.Fail })
		}, 1, "is not as it was sealed:\n  scorecard.json differs"},
		"unsealed": {nil, func(t *testing.T, dir string) { _ = os.Remove(filepath.Join(dir, evidence.SumsFile)) },
			3, "it was never sealed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "record"), record, 0o644); err != nil {
				t.Fatal(err)
			}
			if c.before == nil {
				c.before = func(*sla.Scorecard) {}
			}
			scorecard(t, dir, c.before)
			if err := evidence.Seal(dir); err != nil {
				t.Fatal(err)
			}
			if c.after != nil {
				c.after(t, dir)
			}
			r := root()
			var out bytes.Buffer
			r.SetOut(&out)
			r.SetArgs([]string{"verify", dir})
			err, code := r.Execute(), 0
			var exit exitError
			if errors.As(err, &exit) {
				code = exit.code
			}
			if said := out.String() + strings.TrimSpace(errorText(err)); code != c.code || !strings.Contains(said, c.want) {
				t.Errorf("exit %d, %q; want %d, %q", code, said, c.code, c.want)
			}
		})
	}
}

// Of a folder of runs each is verified and named, and the worst counts; in Chinese as in English.
func TestVerifyEachOfSeveral(t *testing.T) {
	record := unpacked(t, "../../testdata/records/library/bad-lb-node.gz")
	all := t.TempDir()
	for _, name := range []string{"001", "drills/002", "drills/003", "004", "005"} {
		dir := filepath.Join(all, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "record"), record, 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := timeline.Open(filepath.Join(dir, "record"))
		if err != nil {
			t.Fatal(err)
		}
		card := sla.Score(r, r.Header.Objectives)
		if name == "004" {
			card.Verdict = sla.Inconclusive
		}
		var b bytes.Buffer
		if err := errors.Join(reports.JSON(&b, card), os.WriteFile(filepath.Join(dir,
			"scorecard.json"), b.Bytes(), 0o644), evidence.Seal(dir)); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(all, filepath.FromSlash(name)) }
	verify := func(dir string, args ...string) (code int, said string) {
		var out, other bytes.Buffer
		code = execute(append([]string{"verify", dir}, args...), &out, &other)
		return code, out.String() + other.String()
	}
	if code, said := verify(in("drills")); code != exitPass || said !=
		in("drills/002")+": run 8a4eba251e4d83c2 of bad-lb-node: 2 files as they were; judged again, the same scorecard: pass\n"+
			in("drills/003")+": run 8a4eba251e4d83c2 of bad-lb-node: 2 files as they were; judged again, the same scorecard: pass\n"+
			"2 of 2 as their runs left them\n" {
		t.Errorf("exit %d, %s", code, said)
	}
	// One that was never sealed is told, and keeps none from being looked at.
	if err := os.Remove(filepath.Join(in("drills/002"), evidence.SumsFile)); err != nil {
		t.Fatal(err)
	}
	if code, said := verify(in("drills")); code != exitInvalid ||
		!strings.Contains(said, in("drills/003")+": run ") ||
		!strings.Contains(said, in("drills/002")+": there is no SHA256SUMS in it") ||
		!strings.Contains(said, "1 of 2 as their runs left them\n") {
		t.Errorf("exit %d, %s", code, said)
	}
	// What was changed is the worst; a record that is gone is missing.
	if err := errors.Join(os.Remove(filepath.Join(in("001"), "record")),
		os.WriteFile(filepath.Join(in("001"), "more"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	code, said := verify(all, "--lang", "zh")
	want := in("001") + " 与封存时不一致：\n  record 缺失\n  more 是后来加入的\n" +
		in("004") + "：重新评判，记录得出的结论是“通过”，而评判结果中是“无法判定”\n" +
		in("005") + "：运行 8a4eba251e4d83c2（bad-lb-node）：2 个文件均为原样；重新评判，评判结果一致：通过\n" +
		in("drills/003") + "：运行 8a4eba251e4d83c2（bad-lb-node）：2 个文件均为原样；重新评判，评判结果一致：通过\n" +
		"5 个运行中 2 个为原样\n"
	if code != exitFail || !strings.HasPrefix(said, want) {
		t.Errorf("exit %d, %s\nwant %s", code, said, want)
	}
	// And one of them alone.
	if code, said := verify(in("001"), "--lang", "zh"); code != exitFail ||
		said != "stormdrill: "+in("001")+" 与封存时不一致：\n  record 缺失\n  more 是后来加入的\n" {
		t.Errorf("exit %d, %s", code, said)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
