# make help lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
SOURCES     := $(shell git ls-files -co --exclude-standard '*.go' go.mod go.sum 'scenarios/library/*')
DRILLS      ?= 3
ARCH        ?=

export CGO_ENABLED := 0

.PHONY: help build demo test unit accuracy containers drills lint fmt clean images peers

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: bin/stormdrill ## bin/stormdrill, static; with ARCH=arm64 also bin/stormdrill-linux-arm64 for an engine of that kind
ifneq ($(ARCH),)
	GOOS=linux GOARCH=$(ARCH) $(GO) build -trimpath -o bin/stormdrill-linux-$(ARCH) ./cmd/stormdrill
endif

bin/stormdrill: $(SOURCES)
	$(GO) build -trimpath -o $@ ./cmd/stormdrill

demo: build ## run the shipped drill bad-lb-node on embedded targets
	bin/stormdrill run bad-lb-node

test: lint unit images containers ## everything a change has to pass; installs what it needs

unit: ## unit tests with the race detector, fuzz seeds included
	CGO_ENABLED=1 $(GO) test -race ./...

accuracy: ## what docs/accuracy.md keeps, in some minutes: simulated runs against the truth; ACCURACY_RUNS=10000 for so many in every cell
	@mkdir -p bin && rm -f bin/accuracy.md
	ACCURACY_TABLE=$(CURDIR)/bin/accuracy.md $(GO) test -count=1 -timeout 24h -run 'EdgesAgainstTruth|KnownWrongEstimators|NoFalseAlarms|AtEveryPhase' ./scenarios/sla
	@cat bin/accuracy.md

containers: build images peers ## tests on real containers and network namespaces
	$(GO) test -tags drill -count=1 -p 1 -timeout 60m ./faults/... ./loadgen/... ./scenarios/lab/...
	$(GO) test -tags drill -count=1 -parallel $(DRILLS) -timeout 60m ./testdata/drills

drills: build images ## the long runs, on real servers
	STORMDRILL_LONG=1 $(GO) test -tags drill -count=1 -parallel $(DRILLS) -timeout 4h -v ./testdata/drills

peers: ## programs that the faults are seen through, from Debian's packages where they are missing
	@for p in openssl curl; do \
	  command -v $$p >/dev/null && continue; \
	  echo "peers: installing $$p"; \
	  apt-get install -y -qq --no-install-recommends $$p || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $$p; }; \
	done

images: ## images of real servers, built once from Debian packages
	testdata/images/build haproxy nginx

lint: ## gofmt, vet, staticcheck, module versions
	@out=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); [ -z "$$out" ] || { echo "not gofmt-ed: $$out"; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags drill ./...
	$(GO) run $(STATICCHECK) -tags drill ./...
	@[ "$$($(GO) list -m -f '{{.Version}}' github.com/Shopify/toxiproxy/v2)" = v2.12.0 ] || { echo "toxiproxy must be v2.12.0"; exit 1; }
	$(GO) mod verify

fmt: ## format the code
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

clean: ## remove what builds and runs have made here
	rm -rf bin stormdrill-out
