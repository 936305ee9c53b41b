//go:build drill

package drills

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/sla"
)

// screen is a real terminal with a drill on it, tmux's.
type screen struct {
	*testing.T
	socket string
}

// onScreen runs stormdrill on a terminal of that size, from a shell that then says its status.
func onScreen(t *testing.T, columns, rows int, args ...string) *screen {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Fatalf("%v: make peers installs it", err)
	}
	s := &screen{t, filepath.Join(t.TempDir(), "s")}
	s.tmux(append([]string{"-f", os.DevNull, "new-session", "-d", "-s", "drill", "-x",
		fmt.Sprint(columns), "-y", fmt.Sprint(rows), "-e", "LC_ALL=C.UTF-8", "sh", "-c",
		`trap : INT; "$@"; echo "status $?."; exec cat`, "sh", stormdrill}, args...)...)
	t.Cleanup(func() { s.tmux("kill-server") })
	return s
}

func (s *screen) tmux(args ...string) string {
	s.Helper()
	out, err := exec.Command("tmux", append([]string{"-u", "-S", s.socket}, args...)...).CombinedOutput()
	if err != nil {
		s.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func (s *screen) is(format string) string {
	s.Helper()
	return strings.TrimSpace(s.tmux("display-message", "-p", "#{"+format+"}"))
}

// text is all that was ever shown and not drawn over, without the terminal's own breaks of
// lines that are wider.
func (s *screen) text() string {
	s.Helper()
	return s.tmux("capture-pane", "-p", "-J", "-S", "-")
}

// until waits until a text is shown.
func (s *screen) until(text string) {
	s.Helper()
	for {
		shown := s.text()
		if strings.Contains(shown, text) {
			return
		}
		if strings.Contains(shown, "\nstatus ") {
			s.Fatalf("it never showed %q:\n%s", text, shown)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

var statusLine = regexp.MustCompile(`(?m)^status (\d+)\.$`)

// end waits for its end, and takes its status and all that is left, without blanks that align.
func (s *screen) end(o *outcome) {
	s.Helper()
	s.until("\nstatus ")
	text := s.text()
	s.Logf("%s", text)
	if s.is("cursor_flag") != "1" {
		s.Error("no cursor is left")
	}
	if m := statusLine.FindStringSubmatch(text); m == nil {
		s.Error("it never said its status")
	} else {
		o.code, _ = strconv.Atoi(m[1])
	}
	if strings.Contains(text, "░") {
		s.Error("a phase's progress is left")
	}
	for line := range strings.Lines(text) {
		o.output += strings.Join(strings.Fields(line), " ") + "\n"
	}
	o.read(s.T)
}

// fits holds that no line is wider than the terminal.
func (s *screen) fits(columns int) {
	s.Helper()
	for line := range strings.Lines(s.text()) {
		if n := words.Width(strings.TrimRight(line, " \n")); n > columns {
			s.Errorf("%d columns, of %d: %q", n, columns, line)
		}
	}
}

const onCall = `name: on-call
targets: {shop: {lab: {web: {}}, ports: [8080]}}
load: {page: {to: "http://shop:8080/", rate: 100/s, users: 100, connections: {per: request}}}
phases: {warm-up: 2s, baseline: 5s, fault: 10s, recovery: 6s, confirm: 2s}
faults: {closed: {refuse: {link: page -> shop}}}
watch:
  probe: {http: {url: "http://shop:8080/", every: 500ms}, as: page}
  engineer: {person: {}}
sla: {detect: {probe: 5s, engineer: 9s}}
`

// slowly is a fault that takes its time to be injected, beside those of a drill.
const slowly = `faults:
  closed: {refuse: {link: page -> shop}}
  slow:
    at: 1s
    exec:
      target: shop
      inject: [sh, -c, "sleep 3; touch '%[1]s'"]
      lift: [rm, -f, "%[1]s"]
      proof: [sh, -c, "echo 9 requests; test -e '%[1]s'"]
`

// On a real terminal the view fits in Chinese, too, and when it is made narrower; what a person
// types stays until Enter, and acknowledges; what is being injected is shown until it is injected;
// at the end there is a line for each phase, and nothing else of the view, nor after Ctrl-C.
func TestDrillOnATerminal(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "on-call.yaml")
	if err := os.WriteFile(file, []byte(onCall), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("chinese", func(t *testing.T) {
		o := again(t, func() outcome { return acknowledgedOnScreen(t, file) })
		o.want(t, sla.Pass, 0)
	})
	t.Run("interrupted", func(t *testing.T) {
		o := outcome{dir: filepath.Join(t.TempDir(), "evidence")}
		slow := filepath.Join(t.TempDir(), "slow.yaml")
		text := regexp.MustCompile(`(?m)^faults: .*\n`).ReplaceAllLiteralString(onCall,
			fmt.Sprintf(slowly, filepath.Join(t.TempDir(), "on")))
		if err := os.WriteFile(slow, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s := onScreen(t, 120, 40, "run", "--no-history", "--out", o.dir, slow)
		s.until("injected:      closed  injecting: slow")
		s.until("injected:      closed, slow")
		s.until("alarm:         probe (")
		s.fits(120)
		s.tmux("send-keys", "C-c")
		s.end(&o)
		if o.code != 130 || !strings.Contains(o.output, "\ninterrupted: lifts what is injected") ||
			strings.Contains(o.output, "\ninjected: ") || strings.Contains(o.output, "^C") {
			t.Errorf("have status %d,\n%s", o.code, o.output)
		}
		if left := engineHolds(t, o.card.Run); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	})
}

// acknowledgedOnScreen is a drill in Chinese that is acknowledged at its own terminal.
func acknowledgedOnScreen(t *testing.T, file string) outcome {
	t.Helper()
	o := outcome{dir: filepath.Join(t.TempDir(), "evidence")}
	s := onScreen(t, 80, 24, "run", "--lang", "zh", "--no-history", "--out", o.dir, file)
	s.until("告警：      probe")
	s.fits(80)
	s.tmux("send-keys", "-l", "a 正在查看")
	s.until("\na 正在查看")
	time.Sleep(time.Second) // it is drawn over meanwhile
	if !strings.Contains(s.text(), "\na 正在查看") {
		t.Errorf("what was typed is gone:\n%s", s.text())
	}
	s.tmux("send-keys", "Enter")
	s.until("监控 engineer：已确认：正在查看")
	s.tmux("resize-window", "-x", "44", "-y", "24")
	s.until("恢复 ")
	s.until("░")
	t.Logf("in 44 columns:\n%s", s.tmux("capture-pane", "-p"))
	s.end(&o)
	if strings.Count(o.output, "\n故障 10s / 10s") != 1 ||
		strings.Count(o.output, "\n恢复 6s / 6s") != 1 || strings.Contains(o.output, "已注入： –") {
		t.Errorf("have\n%s", o.output)
	}
	return o
}
