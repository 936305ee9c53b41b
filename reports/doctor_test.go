package reports

import (
	"bytes"
	"testing"

	"github.com/stormdrill/stormdrill/faults/link"
	"github.com/stormdrill/stormdrill/reports/words"
	"github.com/stormdrill/stormdrill/scenarios/lab"
)

// A Chinese reader is told what was found, what it means and what cures it; what an engine says
// itself is quoted. Its lines stand below each other as in English.
func TestDoctorInChinese(t *testing.T) {
	var b bytes.Buffer
	d := NewDoctor(&b, words.Chinese)
	engine := lab.Finding{What: link.Tell("engine", "Docker engine"), OK: true, Needed: true,
		Detail: link.Tell("engine-version", "27.1, API 1.46, linux/amd64", "version", "27.1",
			"api", "1.46", "os", "linux", "arch", "amd64"),
		Means: link.Tell("engine-means", "Each drill runs in it.")}
	room := lab.Finding{What: link.Tell("room", "free disk space in this folder"),
		Detail: link.Tell("room-free", "0.5 GiB, wanted is at least 1 GiB", "free", "0.5 GiB",
			"least", "1 GiB"),
		Means: link.Tell("room-means", "Runs keep their evidence here."),
		Cure:  link.Tell("room-cure", "make room")}
	trial := lab.Finding{What: link.Tell("trial", "containers of a trial drill"), Needed: true,
		Detail: link.Text{English: "no NET_ADMIN\x1b[2J"},
		Means:  link.Tell("trial-means", "Containers want NET_ADMIN."),
		Cure:   link.Tell("trial-cure", "allow it")}
	for _, f := range []lab.Finding{engine, room, trial} {
		d.Tell(f)
	}
	if err := d.End(); err != nil || d.Failed() != 1 {
		t.Errorf("%v, %d failed", err, d.Failed())
	}
	const want = `正常  Docker 引擎：27.1，API 1.46，linux/amd64
      每次演练都在该引擎的 Linux 容器中运行。
警告  本目录的可用磁盘空间：0.5 GiB，至少需要 1 GiB
      每次运行的证据保存在这里；空间不足时运行以出错告终。
      解决办法：腾出空间，或用 --out 指定别处的目录。
错误  试演练的容器：“no NET_ADMIN\x1b[2J”
      演练的容器需要 NET_ADMIN、sysctl、DNS 转发和链路。
      解决办法：报错信息指出了引擎拒绝的操作：予以允许，或换用其他引擎。

本机可以运行演练，有 1 条警告。
`
	if b.String() != want {
		t.Errorf("have\n%s\nwant\n%s", &b, want)
	}
}
