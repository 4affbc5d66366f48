# A short menu; the work is done by Meson (meson.build) and scripts/.
.PHONY: all run test quick lint bench bench-full peers fuzz faults soak tsan gallery clean

# Both halves of the program: who serves, measures or breaks it needs no test built.
program = src/app/motcua src/render/motcua-render
yards = $(patsubst %,bench/yard/%,rows load paper book)

all: build/motcua

build/motcua: FORCE
	@TARGETS="$(program) src/app/motcua.spdx.json" scripts/build build -Dbuildtype=debugoptimized -Db_lto=true
FORCE:

run:     ## install what is missing, build, make the sample province, serve it on 127.0.0.1:8080
	@scripts/deps run
	@$(MAKE) -s all
	@scripts/run

test:    ## install what tests need, run everything; ends in "N passed, N failed"
	@scripts/deps test
	@scripts/build build-test -Db_sanitize=address,undefined -Dwerror=true
	@scripts/test build-test

quick:   ## unit and slice tests on the embedded database only
	@scripts/build build-test -Db_sanitize=address,undefined -Dwerror=true
	@meson test -C build-test --no-rebuild --no-suite slow --no-suite pg

lint:    ## the house's own lints and the compiler's analyser
	@scripts/lint

tsan:    ## writer, HTTP, helpers, jobs, mail, the slices of a dossier and the whole program under the thread sanitizer
	@scripts/build build-tsan -Db_sanitize=thread -Db_lundef=false
	@TSAN_OPTIONS="suppressions=$(CURDIR)/tests/tsan.supp" meson test -C build-tsan --no-rebuild --timeout-multiplier 12 --print-errorlogs \
		core/writer "core/writer pg" core/http core/http-sockets core/helper core/job core/mail core/outbox filing desk issue "filing pg" "desk pg" "issue pg" \
		stat account dossier journey/api

bench:   ## figures against limits in the same run
	@scripts/deps test
	@TARGETS="$(program) $(yards)" scripts/build build-bench -Db_lto=true
	@scripts/bench build-bench

peers:   ## Request Tracker and Fossil at the same work, for information: installed from Debian, removed at the end
	@scripts/deps run
	@TARGETS="$(program) $(yards)" scripts/build build-bench -Db_lto=true
	@scripts/peers build-bench

bench-full: ## the same with ten million dossiers, resumable; tables in docs/runs/bench-full.md
	@scripts/deps test
	@TARGETS="$(program) $(yards)" scripts/build build-bench -Db_lto=true
	@scripts/bench-full build-bench

fuzz:    ## libFuzzer over every target, resumable; results in docs/runs/fuzz.md
	@scripts/deps fuzz
	@CC=clang TARGETS="$(patsubst %,tests/fuzz/fuzz_%,form htmlgen http logic multipart paper pdf receipt sqlgen workflow)" scripts/build build-fuzz \
		-Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link
	@scripts/fuzz build-fuzz

faults:  ## kill -9, power cuts, a full disk, each call failing once, resumable; results in docs/runs/faults.md
	@scripts/deps test
	@TARGETS="$(program) src/app/libclock.so src/app/libfaults.so src/core/db/libpages.so tests/powercut/libcut.so tests/powercut/powercut_test" scripts/build build-faults
	@scripts/faults build-faults

gallery: ## every kind of page in all its states, as pictures in docs/gallery.md
	@scripts/deps test
	@TARGETS="$(program)" scripts/build build-bench -Db_lto=true
	@node tests/browser/run.mjs gallery build-bench/src/app/motcua . build-bench write

soak:    ## an hour of mixed load: memory, descriptors and latency flat? a line in docs/runs/soak.md
	@scripts/deps test
	@TARGETS="$(program) src/app/libblocks.so" scripts/build build-soak
	@scripts/soak build-soak

clean:
	rm -rf build build-test build-tsan build-bench build-fuzz build-faults build-soak
