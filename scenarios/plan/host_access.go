package plan

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/stormdrill/stormdrill/scenarios"
)

// hostAccess checks what of this machine a drill reads and runs: files beside the scenario
// and elsewhere, and commands.
type hostAccess struct {
	*diagnostics
	scenario            *scenarios.Scenario // for the files that it refers to
	noFiles, noCommands bool                // refused: files outside its folder, commands
}

// file checks that a file the scenario refers to is there.
func (p hostAccess) file(keys []string, name string) {
	switch err := p.scenario.CheckFile(name); {
	case errors.Is(err, fs.ErrNotExist):
		p.problem(keys, "file %q: there is none %s", name, p.lookedFor(keys))
		return
	case err != nil:
		p.problem(keys, "file %q %v", name, err)
	}
	p.outside(keys, name)
}

// lookedFor says where a file is looked for: beside the scenario, and so not beside another that
// it extends and that names the file.
func (p hostAccess) lookedFor(keys []string) string {
	if named, _, _ := p.places.Find(keys); orElse(named, p.scenario.File) == p.scenario.File {
		return "beside the scenario"
	}
	return "where it was looked for, beside " + filepath.Base(p.scenario.File)
}

// outside says that a file of this machine which does not belong to the scenario is read,
// or refuses it.
func (p hostAccess) outside(keys []string, name string) {
	if !p.scenario.Outside(name) {
		return
	}
	if p.noFiles {
		p.problem(keys, "%q lies outside the scenario's folder, and --no-host-files refuses that",
			name)
	}
	p.uncontain("open-file",
		"%s reads %s, a file of this machine outside the scenario's folder",
		"key", strings.Join(keys[:2], "."), "file", name)
}

// command refuses what would run on this machine, where that is not wanted.
func (p hostAccess) command(keys []string, what string) {
	if p.noCommands {
		p.problem(keys, "%s runs commands on this machine, and --no-host-commands refuses that",
			what)
	}
}

// asks refuses that something on this machine is asked, where that is not wanted.
func (p hostAccess) asks(keys []string, what string) {
	if p.noCommands {
		p.problem(keys, "%s asks a program of this machine, and --no-host-commands refuses that",
			what)
	}
}

// buildContext checks that the folder is there which an image is built from.
func (p hostAccess) buildContext(b *scenarios.Build, keys []string) {
	here := append(slices.Clip(keys), "context")
	if !p.scenario.HasFolder(orElse(b.Context, ".")) {
		p.problem(here, "build context %q: want a folder beside the scenario", b.Context)
	}
	p.outside(here, orElse(b.Context, "."))
	if b.Tag != "" && !imageTag.MatchString(b.Tag) {
		p.problem(append(slices.Clip(keys), "tag"),
			"tag %q: want an image's name in small letters, such as shop:drill", b.Tag)
	}
}

// imageTag is a name that an image may be built under.
var imageTag = regexp.MustCompile(`^[a-z0-9]+([._:/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$`)

// authority reads the certificate that is trusted; none where file is empty.
func (p hostAccess) authority(keys []string, file string) string {
	if file == "" {
		return ""
	}
	if _, ours := scenarios.MaterialOf(file); ours {
		p.problem(keys, "ca %q: the drill's own authority is trusted here in any case: leave ca "+
			"out", file)
		return ""
	}
	p.outside(keys, file)
	pem, err := p.scenario.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.problem(keys, "ca %q: there is no such file %s", file, p.lookedFor(keys))
		return ""
	case err != nil:
		p.problem(keys, "ca %q: %v", file, err)
		return ""
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		p.problem(keys, "ca %q: holds no certificate in PEM", file)
	}
	return string(pem)
}
