# make help lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
CYCLONEDX   := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
SOURCES     := $(shell git ls-files -co --exclude-standard '*.go' go.mod go.sum 'scenarios/library/*')
DRILLS      ?= 4
ARCH        ?=

export CGO_ENABLED := 0

# With -trimpath, what is compiled is the same in every folder: a new clone finds it made. It is
# said here, not per command, because staticcheck and some tests call go themselves: without it
# they would compile everything a second time. Tests are not vetted as they run: lint vets them.
export GOFLAGS := -trimpath -vet=off $(filter-out -trimpath -vet=off,$(shell $(GO) env GOFLAGS))

.PHONY: man cross release reproducible help build demo test unit accuracy bench contract lab browser chromium containers torture torture-short soak accuracy-live drills records lint fmt clean images peers fuzz notices sbom vuln

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: bin/stormdrill ## bin/stormdrill, static; with ARCH=arm64 also bin/stormdrill-linux-arm64 for an engine of that kind
ifneq ($(ARCH),)
	GOOS=linux GOARCH=$(ARCH) $(GO) build -o bin/stormdrill-linux-$(ARCH) ./cmd/stormdrill
endif

bin/stormdrill: $(SOURCES)
	$(GO) build -o $@ ./cmd/stormdrill

man: build ## a manual page for each command, in bin/man
	bin/stormdrill man bin/man

demo: build ## run the shipped drill bad-lb-node on embedded targets
	bin/stormdrill run bad-lb-node

# Parts of make test, one after the other; what is in one part runs at the same time. The
# contract is beside what mostly waits: what its tries meet, and when, is timed. A browser, and
# what is built for other systems, have the time that others leave.
PARTS := "-j6 -O build peers chromium unit lint images" "-j3 -O contract lab browser" "-j2 -O containers cross" "torture-short"

test: ## everything a change has to pass, with the time of each part at the end; installs what it needs
	@times=; trap 'printf "%b%5d s in all\n" "$$times" $$SECONDS' EXIT; \
	for part in $(PARTS); do \
	  began=$$SECONDS; \
	  $(MAKE) --no-print-directory $$part; \
	  took=$$((SECONDS - began)); \
	  times+=$$(printf '%5d s  %s' $$took "$${part#-j? -O }")'\n'; \
	done

# Packages that compute, on one goroutine: the race detector would only slow them down; a test
# holds that they start none. Commands are in it for the drills that they run, one process each,
# and what a command has of goroutines is raced by itself.
SEQUENTIAL := ./cmd/... ./reports/... ./scenarios ./scenarios/plan ./scenarios/series ./scenarios/sla/...

unit: ## unit tests, fuzz seeds included, with the race detector where there are goroutines, and every shipped drill's kept record judged again
	CGO_ENABLED=1 $(GO) test -race $$($(GO) list ./... | grep -vxFf <($(GO) list $(SEQUENTIAL)))
	CGO_ENABLED=1 $(GO) test -race -run '^Test(Live|Events|NothingReads|Queued|Typing|Pause)' ./reports ./cmd/stormdrill
	$(GO) test $(SEQUENTIAL)

accuracy: ## what docs/accuracy.md keeps, in some minutes: simulated runs against the truth; ACCURACY_RUNS=10000 for at least so many in every cell
	@mkdir -p bin && rm -f bin/accuracy.md
	GOGC=400 ACCURACY_TABLE=$(CURDIR)/bin/accuracy.md $(GO) test -count=1 -timeout 24h -run 'EdgesAgainstTruth|Worlds|KnownWrongEstimators|NoFalseAlarms|AtEveryPhase|SeveralOutages|LongFaint|PerChange' ./scenarios/sla
	@cat bin/accuracy.md

FUZZ_TIME ?= 30s

fuzz: ## each fuzz target for FUZZ_TIME (30s): decoders of records, conversations, scenarios, payloads, heads
	@for f in $$(git grep -l '^func Fuzz' -- '*_test.go'); do \
	  for t in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' $$f); do \
	    echo "$$t in $$(dirname $$f)"; $(GO) test ./$$(dirname $$f) -run '^$$' -fuzz "^$$t$$" -fuzztime $(FUZZ_TIME) -fuzzminimizetime 10x || exit 1; \
	  done; \
	done

# Each section of make bench, and the test that is it.
BENCH      ?= generator link switch score honest
BENCH_RUNS ?= 7
bench-generator := ./loadgen/bench -bench Generator
bench-link      := ./faults -bench Link
bench-switch    := ./faults -bench Switch
bench-score     := ./cmd/stormdrill -bench Score
bench-honest    := ./loadgen/bench -bench Honest
bench-memory    := ./loadgen/bench -bench Memory

bench: build ## speed beside peers, as docs/benchmarks.md keeps it, in a quarter of an hour; BENCH="link switch" for some sections (memory: ten minutes more), BENCH_RUNS=3 for fewer runs
	@mkdir -p bin && rm -f bin/benchmarks.md
	$(foreach s,$(BENCH),BENCH_RUNS=$(BENCH_RUNS) BENCH_TABLE=$(CURDIR)/bin/benchmarks.md \
	  $(GO) test -tags drill -run '^$$' -benchtime 1x -timeout 30m $(or $(bench-$(s)),$(error BENCH=$(s): no such section)) &&) true
	@cat bin/benchmarks.md

contract: peers ## every fault under its contract, in network namespaces
	$(GO) test -tags drill -count=1 -parallel 4 -timeout 30m ./faults/... ./loadgen/...

lab: peers ## what a drill's containers are given, refused, and leave behind, and what a real Pushgateway takes
	$(GO) test -tags drill -count=1 -timeout 30m ./scenarios/lab/... ./reports/publish

browser: chromium ## report.html opened in Chromium: what is drawn where, zoom, phone, print, dark, Chinese, hostile names; REPORT_SHOTS=DIR keeps pictures
	REPORT_SHOTS=$(abspath $(REPORT_SHOTS)) $(IDLE) $(GO) test -tags drill -count=1 -timeout 30m -run '^TestBrowser' ./reports

containers: build images peers ## one live drill per mechanism, those on real servers among them
	$(GO) test -tags drill -count=1 -parallel $(DRILLS) -timeout 60m -run '^TestDrill' ./cmd/stormdrill/drills

torture-short: build ## a few drills ended in every way
	$(GO) test -tags drill -count=1 -parallel $(DRILLS) -timeout 30m -run '^TestTorture' ./cmd/stormdrill/drills

TORTURE ?= 200

torture: build ## so many drills ended in every way at random moments, and engines under drills, in half an hour and more; TORTURE=20 for fewer, TORTURE_SEED= as it was logged for the same again, RELIABILITY=FILE for a document that keeps the table
	TORTURE=$(TORTURE) RELIABILITY=$(abspath $(RELIABILITY)) $(GO) test -tags drill -count=1 -parallel $(DRILLS) -timeout 6h -v -run '^TestTorture' ./cmd/stormdrill/drills

SOAK ?= 1h

soak: build ## one drill of so long (SOAK=1h) at 500/s with a fault a minute: every fault proven and lifted; memory, descriptors, goroutines flat
	SOAK=$(SOAK) $(GO) test -tags drill -count=1 -timeout 24h -v -run '^TestSoak' ./cmd/stormdrill/drills

accuracy-live: build ## the end-to-end table of docs/accuracy.md: outages that their targets log, in drills one after another, in an hour
	$(GO) test -tags drill -count=1 -timeout 4h -v -run '^TestAccuracy' ./cmd/stormdrill/drills

drills: build images ## every shipped drill and its sibling live, again and again, and all on real servers, in hours; its table goes into docs/reliability.md
	RELIABILITY=$(CURDIR)/docs/reliability.md $(GO) test -tags drill -count=1 -parallel $(DRILLS) -timeout 12h -v -run '^Test(Drill|Long)' ./cmd/stormdrill/drills

records: build ## run the shipped drills whose kept record is missing or out of date, and keep it under testdata/records; some again: remove theirs
	$(GO) test -tags drill -count=1 -parallel $(DRILLS) -timeout 3h -run '^TestRecords' ./cmd/stormdrill/drills

# One installs at a time: apt-get does not wait for the other.
APT := flock $${TMPDIR:-/tmp}/stormdrill-apt.lock apt-get
INSTALL := $(APT) install -y -qq --no-install-recommends

# Of packages that would start a server of this machine's, only the programs are taken.
SERVERS := docker-registry prometheus-pushgateway
export PATH := $(CURDIR)/bin/peers/usr/bin:$(PATH)

peers: ## programs that faults and reports are tried with, from Debian's packages where they are missing
	@for p in openssl curl tmux; do \
	  command -v $$p >/dev/null && continue; \
	  echo "peers: installing $$p"; \
	  $(INSTALL) $$p || { $(APT) update -qq && $(INSTALL) $$p; }; \
	done
	@mkdir -p bin/peers; for p in $(SERVERS); do \
	  command -v $$p >/dev/null && continue; \
	  echo "peers: fetching $$p"; \
	  (cd bin/peers; apt-get download -qq $$p || { $(APT) update -qq && apt-get download -qq $$p; }; \
	    dpkg-deb -x $${p}_*.deb . && rm $${p}_*.deb); \
	done

chromium: ## the browser that report.html is tried in, from Debian's package where it is missing
	@command -v chromium >/dev/null || { echo "chromium: installing it"; \
	  $(INSTALL) chromium || { $(APT) update -qq && $(INSTALL) chromium; }; }

images: ## images of real servers, built once from Debian packages
	testdata/images/build haproxy nginx postgres prometheus alertmanager redis

lint: ## gofmt, vet, staticcheck, module versions
	@out=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); [ -z "$$out" ] || { echo "not gofmt-ed: $$out"; exit 1; }
	$(GO) vet -tags drill ./...
	$(GO) run $(STATICCHECK) -tags drill ./...
	@[ "$$($(GO) list -m -f '{{.Version}}' github.com/Shopify/toxiproxy/v2)" = v2.12.0 ] || { echo "toxiproxy must be v2.12.0"; exit 1; }
	$(GO) mod verify

# What the command line is built for. Nodes of a drill are Linux containers on all of them.
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

# Where it can be, a command runs only while nothing else wants to.
IDLE := $(shell command -v chrt >/dev/null && echo chrt --idle 0)

# With make build, each system and each architecture; make release builds every pair.
BUILT := darwin/arm64 windows/amd64

cross: build ## builds for Linux, macOS and Windows, on amd64 or arm64, and keeps no program; everything, tests included, compiles on all pairs of them
	@for p in $(BUILT); do echo "build for $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} $(IDLE) $(GO) build ./... || exit 1; done
	$(IDLE) $(GO) test -tags drill -count=1 -timeout 30m -run '^Test(EveryPlatformCompiles|ProgramIsAloneAndFromAnywhere)$$' ./cmd/stormdrill

RELEASE := bin/release

release: ## bin/release: an archive for each of those systems, with the Linux programs that its nodes are, and SHA256SUMS
	@rm -rf $(RELEASE) && mkdir -p $(RELEASE)
	@when=$$(git log -1 --format=%ct); \
	for p in $(PLATFORMS); do \
	  name=stormdrill-$${p%/*}-$${p#*/}; end=; [ $${p%/*} != windows ] || end=.exe; \
	  GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -ldflags '-s -w' -o $(RELEASE)/$$name$$end ./cmd/stormdrill; \
	done; \
	for p in $(PLATFORMS); do \
	  name=stormdrill-$${p%/*}-$${p#*/}; end=; [ $${p%/*} != windows ] || end=.exe; dir=$(RELEASE)/$$name.d/$$name; \
	  mkdir -p $$dir; \
	  cp LICENSE README.md docs/THIRD_PARTY_NOTICES $$dir/; \
	  cp $(RELEASE)/$$name$$end $$dir/stormdrill$$end; \
	  for node in linux-amd64 linux-arm64; do \
	    [ $$name = stormdrill-$$node ] || cp $(RELEASE)/stormdrill-$$node $$dir/; \
	  done; \
	  tar -C $(RELEASE)/$$name.d --format=ustar --sort=name --mtime=@$$when --owner=0 --group=0 --numeric-owner \
	    --mode='u=rwX,go=rX' -cf - $$name | gzip -9n > $(RELEASE)/$$name.tar.gz; \
	  echo $(RELEASE)/$$name.tar.gz; \
	done
	@for p in $(PLATFORMS); do n=$(RELEASE)/stormdrill-$${p%/*}-$${p#*/}; rm -rf $$n $$n.exe $$n.d; done
	@cd $(RELEASE) && sha256sum *.tar.gz > SHA256SUMS

reproducible: release ## make release twice, the second time from a clone elsewhere with nothing built before: both are the same bytes
	@at=$$(mktemp -d); trap 'rm -rf $$at' EXIT; \
	git clone -q . $$at/clone; \
	GOCACHE=$$at/cache $(MAKE) --no-print-directory -C $$at/clone release; \
	diff $(RELEASE)/SHA256SUMS $$at/clone/$(RELEASE)/SHA256SUMS && echo "the same bytes"

notices: ## docs/THIRD_PARTY_NOTICES anew: the licences of all linked modules; a unit test says when it is out of date, or one is not allowed
	$(GO) test ./cmd/stormdrill -count=1 -run '^TestNotices$$' -args -update-notices

sbom: ## bin/sbom.cdx.json, a bill of materials of the program in CycloneDX's JSON, the same for the same sources
	@mkdir -p bin
	$(GO) run $(CYCLONEDX) app -json -licenses -std -noserial -notimestamp -main cmd/stormdrill -output bin/sbom.cdx.json .

vuln: ## known weaknesses of what is linked, by govulncheck; says so where its database cannot be reached
	@mkdir -p bin
	@if $(GO) run $(GOVULNCHECK) ./cmd/stormdrill > bin/vuln.txt 2>&1; then cat bin/vuln.txt; \
	elif grep -q '^govulncheck: fetching vulnerabilities' bin/vuln.txt; then \
	  echo "vuln: nothing was looked up, for govulncheck's database cannot be reached from here:"; cat bin/vuln.txt; \
	else cat bin/vuln.txt; exit 1; fi

fmt: ## format the code
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

clean: ## remove what builds and runs have made here
	rm -rf bin stormdrill-out
