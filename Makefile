# Fleetgraph. `make` lists what can be done; git, make and Python 3.11 to 3.13 are all it takes.
# Environments come from hash-pinned locks and are kept by stamp files: what ran once needs no network to run again.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup run test test-thorough test-browser fuzz soak bench simulate check format new-provider schema release-schema web screenshot lock clean distclean

# Where Python is told to keep nothing compiled, every worker and every process of the tests compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

BIN = .venv/bin
WEB = web
CLIENTS = tests/clients
GATEWAYS = bench/performance/gateways

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: .venv/dev.stamp .venv-ministack/stamp .venv-client/stamp $(CLIENTS)/node_modules/.package-lock.json ## make the environments for test and check

run: .venv/local.stamp web ## start everything [HOST=127.0.0.1 PORT=8000 ACCOUNTS=accounts.toml]
	@exec $(BIN)/python -m local

test: setup web ## run the test suite in parallel [ARGS="-k name"]
	@$(BIN)/pytest --numprocesses auto --dist loadgroup $(ARGS)

test-thorough: setup web ## run the tests that `make test` leaves out: more cases, large fleets, DynamoDB
	@$(BIN)/pytest --numprocesses auto --dist loadgroup -m thorough $(ARGS)
	@$(BIN)/pytest --numprocesses auto --dist loadgroup --table dynamodb tests/changing tests/fleet tests/gateway $(ARGS)

test-browser: setup web ## test the page and the explorer in a browser, if there is Chromium [CHROMIUM=]
	@$(BIN)/pytest -m apart tests/browser $(ARGS)

fuzz: setup ## run many more generated documents, different ones each time [FUZZ_EXAMPLES=100]
	@FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),100) $(BIN)/pytest -m thorough tests/attacks $(ARGS)

soak: .venv/dev.stamp ## query a whole Fleetgraph without a pause, and measure it; then all faults and a large fleet [SECONDS=600 CONCURRENCY=]
	@SECONDS='$(SECONDS)' CONCURRENCY='$(CONCURRENCY)' $(BIN)/python -m bench.soak
	@$(if $(SECONDS),echo '$(NO_FAULTS)',echo '$(ALL_FAULTS)')
	@$(if $(SECONDS),,WHOLE=1 $(BIN)/pytest --verbose --numprocesses auto --show-capture=no -m thorough tests/simulation)

NO_FAULTS = Left out because SECONDS is set: all faults and a large fleet
ALL_FAULTS = All faults and a large fleet, about a quarter of an hour on two processors

bench: .venv/dev.stamp .venv-ministack/stamp ## measure how fast it answers, beside its peers [ROUNDS=9 BARS="page small cold growth gateways tailcall"]
	@$(if $(MEASURES_COLD),$(MAKE) --no-print-directory .venv-bench/stamp)
	@$(if $(MEASURES_COLD),rm -rf .bench/api .bench/core && PATH="$(CURDIR)/$(BIN):$$PATH" \
	$(MAKE) --no-print-directory build-Api ARCHITECTURE=$(HERE) ARTIFACTS_DIR='$(CURDIR)/.bench/api')
	@$(if $(MEASURES_COLD),mkdir -p .bench/core && cp -R .venv-bench/lib/python*/site-packages/graphql .bench/core && \
	$(RUNTIME) -m compileall -q -b -j 0 --invalidation-mode unchecked-hash .bench/core && \
	find .bench/core -name '*.py' -delete)
	@$(if $(MEASURES_GATEWAYS),$(MAKE) --no-print-directory .venv-node/stamp $(GATEWAYS)/node_modules/.package-lock.json || :)
	@ROUNDS='$(ROUNDS)' BARS='$(BARS)' RUNTIME='$(RUNTIME)' $(BIN)/python -m bench.performance

# A cold start needs the artefact and the runtime's own Python, and its peers: graphql-core in a folder of its own, which
# is compiled as the artefact's packages are, and the other in an environment.
MEASURES_COLD = $(and $(RUNTIME),$(filter cold,$(or $(BARS),cold)))
# Gateways are npm packages, run by the Node that PyPI carries. What cannot be installed is not measured, and that is said.
MEASURES_GATEWAYS = $(filter gateways tailcall,$(or $(BARS),gateways))

check: .venv/dev.stamp $(WEB)/node_modules/.package-lock.json ## formatting, lint and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pyright
	cd $(WEB)/page && $(WITH_NODE) npm run --silent check

simulate: .venv/dev.stamp ## observe fleets in virtual time, and print what they ask and how old their data gets [HOURS=4]
	@HOURS='$(HOURS)' $(BIN)/python -m tests.simulation

format: .venv/dev.stamp ## format the code, and fix what lint can fix
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

new-provider: .venv/dev.stamp ## write the files of your own provider, with the open decisions [NAME=acme]
	@$(BIN)/python -m fleetgraph.scaffold $(NAME)

MANIFESTS = graphql/gateway/limits/manifests
schema: .venv/dev.stamp $(WEB)/node_modules/.package-lock.json ## write graphql/schema.graphql from the code, and the manifests of known documents
	$(BIN)/python -m gateway.export > graphql/schema.graphql
	$(BIN)/python -m gateway.limits.known_documents graphql/operations > $(MANIFESTS)/examples.json
	$(BIN)/python -m cli.documents.manifest > $(MANIFESTS)/command.json
	@cd $(WEB)/page && $(WITH_NODE) npm run --silent compile
	$(BIN)/python -m gateway.limits.known_documents $(WEB)/page/src/__generated__ > $(MANIFESTS)/page.json

release-schema: ## record graphql/schema.graphql as promised: a field can then only be removed after a deprecation
	cp graphql/schema.graphql graphql/schema.released.graphql

web: $(WEB)/dist/stamp ## build the page and the explorer from npm packages

screenshot: .venv/dev.stamp web ## take docs/fleet.png of the sandbox, if there is Chromium
	@$(BIN)/python -m tests.browser.screenshot docs/fleet.png

# A lock for each set of packages that can be at one version each: docs/decisions/requirements.md.
COMPILE = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv --no-config pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url

lock: .venv/dev.stamp ## update the lock files from pyproject.toml [UPGRADE=--upgrade]
	$(COMPILE) $(UPGRADE) pyproject.toml --group local --group observe -o requirements.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) $(UPGRADE) --group ministack -o requirements-ministack.txt
	$(COMPILE) $(UPGRADE) --group node -o requirements-node.txt
	$(COMPILE) $(UPGRADE) --group bench -c requirements.txt -o requirements-bench.txt
	$(COMPILE) $(UPGRADE) --group client -o requirements-client.txt
	$(COMPILE) $(UPGRADE) --group sam -o requirements-sam.txt
	$(COMPILE) $(UPGRADE) --group checkov -o requirements-checkov.txt
	$(COMPILE) $(UPGRADE) --group runtime --group stack -c requirements-ministack.txt -o requirements-lambda.txt

clean: ## delete the local runner's state
	rm -rf .fleetgraph

distclean: clean ## delete the environments, bundles and caches too
	rm -rf .venv .venv-* .aws-sam .bench .containers $(WEB)/dist $(WEB)/node_modules $(WEB)/page/src/__generated__ $(CLIENTS)/node_modules $(GATEWAYS)/node_modules artifacts dist .*_cache .hypothesis

# Each candidate is asked rather than looked up: a pyenv shim can be on the path and refuse to run, and Debian's
# python3 can come without the module that makes environments.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)
MAKE_VENV = @python='$(PYTHON)'; test -n "$$python" || { \
	echo 'Needed: Python 3.11, 3.12 or 3.13 with its venv module (python3-venv on Debian), or PYTHON=its path.' >&2; \
	exit 1; }; "$$python" -m venv --clear
INSTALL = -m pip install --quiet --disable-pip-version-check
SAY_INSTALLING = @echo 'Once: installing $(1) into $(2)'

.venv/bin/python:
	$(MAKE_VENV) .venv

# The project and its command come last, editable; their build backend is in the lock, so that nothing unpinned is fetched.
.venv/local.stamp: requirements.txt
.venv/dev.stamp: requirements-dev.txt
.venv/local.stamp .venv/dev.stamp: pyproject.toml .venv/bin/python
	$(call SAY_INSTALLING,$(filter requirements%,$^),.venv)
	@$(BIN)/python $(INSTALL) --require-hashes -r $(filter requirements%,$^)
	@$(BIN)/python $(INSTALL) --no-index --no-deps --no-build-isolation --editable .
	@$(BIN)/python $(INSTALL) --no-index --no-deps --no-build-isolation --editable ./cli
	@touch $@

# An environment of its own, because ministack needs another graphql-core.
.venv-ministack/bin/python:
	$(MAKE_VENV) .venv-ministack

.venv-ministack/stamp: requirements-ministack.txt .venv-ministack/bin/python
	$(call SAY_INSTALLING,$<,.venv-ministack)
	@.venv-ministack/bin/python $(INSTALL) --require-hashes -r $<
	@touch $@

# The machine's Node where it is recent enough, else the one that PyPI carries, found first on this path.
WITH_NODE = PATH="$(CURDIR)/$(BIN):$$PATH"
.venv/node.stamp: requirements-node.txt .venv/bin/python
	@node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 \
	|| { echo 'Once: installing Node, because this machine has none from 20 on'; \
	$(BIN)/python $(INSTALL) --require-hashes -r $<; }
	@touch $@

%/node_modules/.package-lock.json: %/package.json %/package-lock.json .venv/node.stamp
	@echo 'Once: installing $*/package-lock.json'
	@cd $* && $(WITH_NODE) npm ci --loglevel=error --ignore-scripts --no-audit --no-fund
	@touch $@

WEB_SOURCES = $(shell find $(WEB) \( -name node_modules -o -name dist -o -name __generated__ \) -prune -o -type f -print)
$(WEB)/dist/stamp: $(WEB)/node_modules/.package-lock.json $(WEB_SOURCES) graphql/schema.graphql $(wildcard graphql/operations/*)
	@echo 'Once: building the page and the explorer'
	@cd $(WEB) && $(WITH_NODE) npm run --silent build
	@touch $@

# ------------------------------------------------------------------------------------------------------------ on AWS

.PHONY: build deploy status doctor sam-check artefact-test stack-test sam-local sam-local-test connect

STACK ?= fleetgraph
# Lambda's cheaper processor. What runs a build here builds it for this machine's.
ARCHITECTURE ?= arm64
HERE = $(patsubst aarch64,arm64,$(shell uname -m))
artefact-test stack-test sam-local sam-local-test: export ARCHITECTURE = $(HERE)
# The tools of SAM, and uv, which packs the functions.
WITH_SAM = PATH="$(CURDIR)/.venv-sam/bin:$$PATH"
SAM = SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-eu-central-1} $(WITH_SAM) sam

# The built template's default is the processor that was built for, so that what deploys it has no other to name.
build: .venv-sam/stamp web ## build the three functions for Lambda [ARCHITECTURE=arm64|x86_64]
	$(SAM) build --parameter-overrides Architecture=$(ARCHITECTURE)
	@sed '/^  Architecture:/,/Default:/ s/Default: .*/Default: $(ARCHITECTURE)/' .aws-sam/build/template.yaml > .aws-sam/template.yaml
	@mv .aws-sam/template.yaml .aws-sam/build/template.yaml

deploy: .venv/local.stamp .venv-sam/stamp ## create or update the stack on AWS [STACK=fleetgraph AWS_REGION= GUIDED=1 YES=1]
	@$(BIN)/python -m local.deploy check $(STACK)
	@$(MAKE) --no-print-directory build
	@$(WITH_SAM) GUIDED='$(GUIDED)' YES='$(YES)' $(BIN)/python -m local.deploy $(STACK) Architecture=$(ARCHITECTURE)

status: .venv/local.stamp ## show whether the stack on AWS works [STACK=fleetgraph]
	@$(BIN)/python -m local.status $(STACK)

doctor: .venv/local.stamp ## check what a deployment needs of this computer and of the AWS account
	@$(BIN)/python -m local.doctor

sam-check: .venv/dev.stamp .venv-ministack/stamp .venv-sam/stamp .venv-checkov/stamp ## check the template: SAM, CloudFormation, security
	$(SAM) validate --lint
	.venv-sam/bin/cfn-lint template.yaml
	.venv-sam/bin/cfn-lint --regions us-east-1 --template local/cloudfront.yaml
	.venv-checkov/bin/checkov --skip-download --framework cloudformation --compact --quiet --file template.yaml local/cloudfront.yaml
	.venv-checkov/bin/checkov --skip-download --framework terraform --compact --quiet --directory local/terraform
	$(BIN)/pytest -m '' tests/template $(ARGS)

artefact-test: build .venv/dev.stamp .venv-ministack/stamp .venv-runtime/stamp ## run the build as Lambda does
	$(BIN)/pytest -m apart tests/artefact $(ARGS)

stack-test: build .venv/dev.stamp .venv-stack/stamp ## deploy the build to an emulator of AWS, and observe a fleet
	$(BIN)/pytest -m apart tests/stack $(ARGS)

sam-local: .venv/local.stamp .venv-ministack/stamp ## serve the build with `sam local`, if there are containers
	@$(BIN)/python -m local.engine
	@$(MAKE) --no-print-directory build
	@$(WITH_SAM) exec $(BIN)/python -m local.sam .aws-sam/env.json \
		--parameter-overrides Architecture=$(ARCHITECTURE)

sam-local-test: build .venv/dev.stamp .venv-ministack/stamp .venv-runtime/stamp ## test `make sam-local` in containers
	$(BIN)/pytest -m apart tests/containers $(ARGS)

connect: .venv/local.stamp ## connect accounts to the stack, or replace their tokens [STACK=fleetgraph ACCOUNTS=accounts.toml]
	@$(BIN)/python -m local.connect $(STACK) $(or $(ACCOUNTS),accounts.toml)

# What `sam build` asks for, one target a function, with ARTIFACTS_DIR to fill. Each gets its part of the lock, for the
# runtime's Python and processor whatever this machine is, and of ours only what it imports. Where somebody else's `sam`
# asks and there is no uv, ours comes with our SAM.
LAMBDA_PYTHON = 3.13
# pyenv's shim of a version that is not chosen does not run; the version itself does.
RUNTIME ?= $(shell for python in python$(LAMBDA_PYTHON) \
	$$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$(LAMBDA_PYTHON).*/bin/python$(LAMBDA_PYTHON) 2>/dev/null); do \
	$$python -c '' 2>/dev/null && echo $$python && break; done)
ARTEFACT = @$(WITH_SAM) RUNTIME='$(RUNTIME)' PYTHON='$(PYTHON)' sh local/artefact.sh "$(ARTIFACTS_DIR)" $(LAMBDA_PYTHON) $(ARCHITECTURE)

build-Plan build-Observe build-Api: | $(if $(shell command -v uv),,.venv-sam/stamp)

build-Plan build-Observe:
	$(ARTEFACT) "--group observe" 18 fleet adapters infra functions

# Two fifths of it are cryptography, to verify tokens with. It is loaded with the first.
build-Api:
	$(ARTEFACT) "-r pyproject.toml" 40 fleet adapters infra functions graphql/gateway

.venv-client/bin/python .venv-node/bin/python .venv-sam/bin/python .venv-checkov/bin/python:
	$(MAKE_VENV) $(@:/bin/python=)

# Without looking for dependencies: a lock names them all, and pip cannot match a pin with one that asks for extras.
.venv-%/stamp: requirements-%.txt .venv-%/bin/python
	$(call SAY_INSTALLING,$<,.venv-$*)
	@.venv-$*/bin/python $(INSTALL) --require-hashes --no-deps -r $<
	@touch $@

# The runtime's own Python, because what was built holds compiled code for it.
.venv-runtime/bin/python .venv-stack/bin/python .venv-bench/bin/python:
	@test -n '$(RUNTIME)' || { echo 'Needed to run what was built: Python $(LAMBDA_PYTHON), as Lambda has it.' >&2; exit 1; }
	@$(RUNTIME) -m venv --clear $(@:/bin/python=)

# Each gets its part of one lock: what is beside the artefact must not hide that the artefact lacks it.
.venv-runtime/stamp .venv-stack/stamp: .venv-%/stamp: requirements-lambda.txt .venv-sam/stamp .venv-%/bin/python
	$(call SAY_INSTALLING,group $* of $<,.venv-$*)
	@$(WITH_SAM) uv --no-config pip install --quiet --python .venv-$*/bin/python --require-hashes -c $< --group $*
	@touch $@
