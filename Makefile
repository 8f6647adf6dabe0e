# The one entry point: `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
ONLY ?=
SEEDS ?= 2000
FIRST ?= 0
SEED ?=
KEEP ?= 0
TIME ?= 60
TARGET ?=

.PHONY: help deps deps-test build release test demo bench fuzz simulate crds format format-check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

deps: ## install the packages that building and running needs
	@.ci/deps

deps-test: deps ## install the packages that the tests need
	@.ci/deps test

build: deps ## build for debugging
	swift build

release: deps ## build for use: .build/release/llm-orchestrator
	swift build -c release --product llm-orchestrator

demo: release ## show the whole loop on a real git repository (KEEP=1 leaves it running)
	@KEEP=$(KEEP) .build/release/llm-orchestrator demo

test: deps-test ## build and run every test, on the embedded plane and on a real kube-apiserver
	@Tests/Cluster/run-tests

bench: deps-test ## print the figures of docs/performance.md, one JSON line each (ONLY=group)
	@Tests/Cluster/run-bench "$(ONLY)"

fuzz: deps ## feed the readers with what libFuzzer makes up (TIME=seconds each, TARGET=names)
	@Tests/Fuzz/run $(TIME) $(TARGET)

simulate: deps ## simulate the product with faults (SEEDS=n FIRST=s for many, SEED=s for one)
	swift build -c release --product simulate
	@.build/release/simulate $(if $(SEED),$(SEED),$(FIRST) $(SEEDS))

crds: deps ## write crds/ anew from the definitions in Sources/Resources
	LLM_ORCHESTRATOR_WRITE_CRDS=1 swift test --filter ResourcesTests

format: ## format every Swift file
	swift format -i -r Sources Tests Package.swift

format-check: ## fail where a Swift file is not formatted
	swift format lint --strict -r Sources Tests Package.swift

clean: ## remove what was built
	rm -rf .build
