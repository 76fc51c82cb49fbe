# Works with Go and make alone, and the sh that make has anyway: no recipe is written for
# bash, or asks for more than a POSIX system has. Only package needs git. What is built or
# provided lies in build/; make out=FOLDER puts stigmer elsewhere.
out := build

# Empty where there is no git, no repository or no commit: then the program says (devel).
version := $(shell git --git-dir=.git describe --tags --always --dirty 2>/dev/null)
# On Linux the race detector needs a C compiler; without one the tests run all the same.
race := $(shell if [ "$$(go env GOOS)" = darwin ] || [ "$$(go env CGO_ENABLED)" = 1 ]; then echo -race; fi)
# What packages are made with. Neither is in go.mod: they bring hundreds of modules.
goreleaser := github.com/goreleaser/goreleaser/v2@v2.16.0
cyclonedx := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
platforms := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64
# The version comes from above, and stamping fails where git distrusts the folder's owner.
export GOFLAGS := -buildvcs=false $(GOFLAGS)

.PHONY: build start test test-stories test-packages test-simulation sim mutations soak bench check package clean
build:
	CGO_ENABLED=0 go build -trimpath -ldflags '-X github.com/stigmer/local/cmd/internal/cli.Version=$(version)' -o $(out)/stigmer ./cmd/stigmer

# start has a Temporal CLI built if it finds none: that needs the Go module proxy alone.
start: build
	STIGMER_INSTALL_FROM=go $(out)/stigmer local start

# A search is one goroutine, and some ten times slower under the race detector: it runs without.
# In its own folder go test passes on what the test prints: the sum, not each scenario.
simulation := cd fsm/sim && nice go test -count=1 -timeout 120m
# The stories, which find the real Temporal by a variable, and by another one an older Temporal for the main stories.
# The race detector is for the stigmer that they run: they themselves wait for it, and that takes four times as long under
# the detector.
stories := STIGMER_REAL_TEMPORAL="$(or $(STIGMER_TEST_TEMPORAL),$(CURDIR)/build/bin/temporal)" \
	$(if $(STIGMER_TEST_TEMPORAL),,STIGMER_OLD_TEMPORAL="$(CURDIR)/build/bin/temporal-1.5.1") go test -count=1
raced := STIGMER_TEST_RACE=$(race) $(stories)

# test runs everything, on the fake and on the real Temporal. STIGMER_TEST_TEMPORAL=PATH takes any other, and builds none.
# The packages and the simulation compute while the stories wait for their Temporals, with what these leave
# of the processor.
test: $(if $(STIGMER_TEST_TEMPORAL),,build/bin/temporal build/bin/temporal-1.5.1)
	$(if $(race),,@echo "no C compiler: without the race detector")
	@$(MAKE) --no-print-directory -j3 test-stories test-packages test-simulation

test-stories:
	$(raced) -parallel 4 -timeout 30m ./cmd/e2e
	$(if $(linux),$(stories) -tags blunt -parallel 6 -timeout 30m -run '$(mac-stories)' ./cmd/e2e)

test-packages:
	nice go test -count=1 $(race) -skip '^(TestSimulation|TestKey)$$' $$(go list ./... | grep -v /cmd/e2e$$)
	$(if $(linux),nice go test -tags blunt -count=1 ./probes/... ./actions/...)

test-simulation:
	$(simulation) -run '^(TestSimulation|TestKey)$$'

# On Linux the build "blunt" has only what macOS offers: package probes/xnu answers from
# /proc in macOS's formats (kernel_blunt.go). The main stories run in it, and in soak all.
linux := $(filter linux,$(shell go env GOOS))
mac-stories := TestStateCost|TestBuiltAnewInPlace|TestLockTakenAway|TestWrapped|TestScripts/(both_killed|crash|escape|foreign|grandchild|home_deleted|hung|ignore_term|lock_|logs$$|port_|record_|restart_|start_|state_|stopped|supervisor_)|TestRealScripts/(start_stop|crash_restart|supervisor_killed|escape$$|record_and_locks_deleted)

# sim goes deeper than test does, on random ways as well: make sim SEED=7
# By itself it searches all but 12 scenarios to their end, which takes up to half an hour, and gigabytes.
sim:
	export SIM_STATES=$(or $(STATES),4000000) SIM_DEPTH=400 SIM_WALKS=2000 SIM_SEED=$(or $(SEED),1); $(simulation) -run TestSimulation

# mutations shows that simulation and contract bite: each of a list of changes to the code must be caught.
mutations:
	export SIM_MUTATIONS=1; $(simulation) -parallel 4 -run TestMutations

# soak kills everything, hundreds of times, on the real Temporal, and feeds the record's reader: make soak ROUNDS=500
soak: $(if $(STIGMER_TEST_TEMPORAL),,build/bin/temporal)
	STIGMER_SOAK=$(or $(ROUNDS),300) $(raced) -timeout 120m -v -run 'TestKilled|TestStorm|TestDamagedRecords|TestPoisonedRecords|TestLockTakenAway' ./cmd/e2e
	$(if $(linux),STIGMER_SOAK=$(or $(ROUNDS),300) $(stories) -tags blunt -parallel 6 -timeout 120m -run 'TestScripts|TestRealScripts|TestKilled|TestStorm|TestCrowd|TestDamagedRecords|TestPoisonedRecords|TestLock|TestStubborn|TestFrozen|TestWrapped|TestLeavesItsWrapper|TestStateCost' ./cmd/e2e)
	go test -run FuzzDecode -fuzz FuzzDecode -fuzztime 20s ./statefile
	go test -run FuzzAnswers -fuzz FuzzAnswers -fuzztime 20s ./probes/xnu

# bench measures against the bare server, and rewrites the figures of docs/PERFORMANCE.md: make bench ROUNDS=30
# With PEERS=1 it measures other supervisors as well, where they are installed.
bench: build $(if $(STIGMER_TEST_TEMPORAL),,build/bin/temporal build/bin/temporal-1.5.1)
	CGO_ENABLED=0 go build -trimpath -o build/bench ./cmd/bench
	build/bench --temporal "$(or $(STIGMER_TEST_TEMPORAL),$(CURDIR)/build/bin/temporal)" --old "$(if $(STIGMER_TEST_TEMPORAL),,$(CURDIR)/build/bin/temporal-1.5.1)" --rounds $(or $(ROUNDS),15) $(if $(PEERS),--peers) --write docs/PERFORMANCE.md

# The Temporal CLIs of the tests, as install --from go builds them, each in a home of its own.
provide = STIGMER_HOME="$(CURDIR)/$@.home" go run ./cmd/stigmer local install --from go $(1) && rm -f $@ && ln -L $@.home/bin/temporal $@ && chmod 755 $@ && touch $@
build/bin/temporal: cmd/internal/cli/version.go
	$(call provide)
build/bin/temporal-1.5.1:
	$(call provide,--version v1.5.1)

build/bin/staticcheck: go.mod
	go build -o $@ honnef.co/go/tools/cmd/staticcheck
	@touch $@

# check is all that needs no Temporal: the form, every platform, and what is generated.
check: build/bin/staticcheck
	@unformatted="$$(gofmt -l .)"; if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	@for p in $(platforms); do \
		export CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/}; \
		echo "build, vet $$p" && go build ./... && go vet ./... || exit 1; \
	done
	@echo "vet blunt" && GOOS=linux CGO_ENABLED=0 go vet -tags blunt ./...
	@for os in linux darwin; do echo "staticcheck $$os" && CGO_ENABLED=0 GOOS=$$os build/bin/staticcheck ./... || exit 1; done
	@echo "staticcheck blunt" && GOOS=linux CGO_ENABLED=0 build/bin/staticcheck -tags blunt ./...
	@case "$$(GOOS=windows go build ./cmd/stigmer 2>&1)" in *stigmer_supports_only_linux_and_darwin*) ;; *) echo "an unsupported system is not named"; exit 1 ;; esac
	go mod tidy -diff
	go test -count=1 -run 'TestStatesPage|TestMatrix|TestSchemas|TestGolden|TestReferences' ./fsm ./cmd/... ./statefile

# package builds all that a release has into build/dist, and publishes nothing. A
# clone without a remote is taken for one of the module's own repository.
package: export PATH := $(CURDIR)/build/bin:$(PATH)
package: build/bin/goreleaser build/bin/cyclonedx-gomod
	@if [ -z "$$(git remote)" ]; then export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=remote.origin.url GIT_CONFIG_VALUE_0=https://github.com/stigmer/local; fi; \
	goreleaser check && goreleaser release --snapshot --clean
	go run ./cmd/gen -formula build/dist
	STIGMER_DIST="$(CURDIR)/build/dist" go test -count=1 -v -run TestDist ./cmd/gen

build/bin/goreleaser: Makefile
	CGO_ENABLED=0 GOBIN="$(CURDIR)/build/bin" go install $(goreleaser)
	@touch $@

build/bin/cyclonedx-gomod: Makefile
	CGO_ENABLED=0 GOBIN="$(CURDIR)/build/bin" go install $(cyclonedx)
	@touch $@

clean:
	rm -rf build
