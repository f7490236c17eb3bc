# Everything that is done with this checkout. `make help` says what there is.
#
#: PYTHON              python3 by default; another one gets a virtual environment of its own
#: ARGS                more arguments for pytest or the bench: make test ARGS="-k badge"
#: HOST, PORT          where it listens: 127.0.0.1, 8000
#: PUBLIC_URL          where people reach it: http://HOST:PORT; https:// makes cookies secure
#: VAR_DIR             data and secrets: var
#: DATABASE_URL        a PostgreSQL 15 to 18 of yours; unset: an embedded one under VAR_DIR
#: OWNER_DATABASE_URL  the same database for the role that may alter tables: DATABASE_URL
#: WEB_WORKERS         processes of the web server: 2
#: WEB_THREADS         threads of each: 4
#: DEPLOYMENT          test, or live: no demo, and only keys vbr_live_…
#: REGISTRY_NAME       what cards and messages call it
#: UNDO_WINDOW         seconds between a decision and its effect: 300
#: COOL_DOWN_DAYS, LAPSE_AFTER_DAYS, BADGE_TERM_DAYS   30, 30, 365
#: EVIDENCE_KEPT_DAYS  days after which the papers of an ended application are deleted: 90
#: REPROVE_WITHIN_DAYS how long a business has to prove again a number that another one claims: 7
#: QUALITY_SHARE       how many approvals are reviewed again, blind: 5, percent
#: QUOTA_REQUESTS_PER_MINUTE, QUOTA_NUMBERS_PER_DAY   of a key without limits of its own: 6000, 1000000 a machine
#: HOLIDAYS            days on which nobody reviews, beside those with a fixed date: 2027-03-10,2027-05-16
#: CARDS_STALE_AFTER   seconds after which look-ups say that this machine's copy of the cards is behind: 10
#: CARDS_GIVE_UP_AFTER seconds after which that copy is not used any more, only the database: 3600
#: EMAIL_HOST, EMAIL_PORT, EMAIL_USER, EMAIL_PASSWORD, EMAIL_FROM   unset: mail lies in VAR_DIR/mail
#: SMS_SENDER          who sends SMS and calls: the default prints; or accounts.messages.gateways.twilio.TwilioSender,
#:                     accounts.messages.gateways.generic.HttpGatewaySender, or a class of yours like them
#: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM   for the first; FROM is a number that may send and call
#: TWILIO_URL          https://api.twilio.com; another of its regions, or a gateway that speaks as it does
#: SMS_GATEWAY_URL, SMS_GATEWAY_TOKEN   for the second: where, and the secret of its header
#: SMS_GATEWAY_HEADER, SMS_GATEWAY_BODY, SMS_GATEWAY_CALL_URL   Authorization; JSON with {number}, {text}, …; as URL
#: SECRET_KEY, MEDIA_ROOT   made and kept under VAR_DIR
#: SNAPSHOTS_DIR, SNAPSHOT_KEYS_FILE   where copies for client platforms lie: VAR_DIR/snapshots; a PEM file with the keys
#:                     that sign them, the one that signs first (docs/snapshot.md); made and kept under VAR_DIR
#: STATUS_DIR          where the status page is drawn: VAR_DIR/status/public
#: PROBE_EVERY         seconds from one look at all parts to the next: 30
#: PROBE_URL, PROBE_KEY   whom it asks: this registry; a key of yours with contacts:read and status:probe, unset: its own
#: PROBE_NUMBER        a number that has to be listed, or look-ups are called out of order
#: PROBE_SINK          an e-mail address that gets its test messages; unset: they end at the last step, with nobody
#: ALLOWED_HOSTS       more names it answers to, with commas
#: SIGN_IN_AGAIN_AFTER seconds after which staff sign in again before what can't be taken back: 1800
#: SIGN_IN_CODES_A_DAY codes that are sent to owners in a day, in all: 5000
#: TRUSTED_PROXIES     how many proxies in front write X-Forwarded-For: 0; guesses at passwords are counted by it
#: DATABASE_POOL_SIZE  connections of each process: 8
#: METRICS_TOKEN       sixteen characters or more that Prometheus sends for /metrics; unset: there is no such page
#: LOG_LEVEL           INFO
#: LOG_FORMAT          line, or json: an object a line, for a program; what a live deployment does
#: LOG_REQUESTS        1: a line for each request but look-ups from the store, as json does; 0: none
#: OTEL_EXPORTER_OTLP_ENDPOINT   a collector of OpenTelemetry's (OTLP over HTTP); its other variables hold, too. Unset: no traces
#: POSTGRES_RUN_AS     when root starts it, the user the embedded PostgreSQL runs as: postgres, else nobody

PYTHON ?= python3
VENV := .venv$(if $(filter-out python3,$(PYTHON)),-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null))
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
THROWAWAY := $(PY) -m registry.postgres throwaway --
# Tests make and drop databases of their own, which a connection pool would hold on to.
TESTING := REGISTRY_ROLE=owner DATABASE_POOL_SIZE=0 $(THROWAWAY)
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-config

WAY_OUT := install Python 3.11 or newer, or name one: make PYTHON=/path/to/python

.PHONY: help run test soak check bench requirements clean
.DEFAULT_GOAL := help

help:  ## this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile
	@echo; echo "From the environment, or behind the target (make run PORT=8001):"
	@sed -n 's/^#: /  /p' Makefile

run: $(VENV)/run.stamp  ## start everything on http://127.0.0.1:8000; Ctrl-C stops it
	@$(PY) -m registry.run --die-with-parent

test: $(VENV)/dev.stamp  ## the tests, on a PostgreSQL of their own
	$(TESTING) $(PY) -m tests $(ARGS)

soak: $(VENV)/dev.stamp  ## the tests that take long
	$(TESTING) $(PY) -m pytest -m soak $(ARGS)

check: $(VENV)/dev.stamp  ## lint, format, types, layers, migrations, deployment, generated documents
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(THROWAWAY) $(PY) manage.py makemigrations --check --dry-run
	PUBLIC_URL=https://registry.example $(THROWAWAY) $(PY) manage.py check --deploy --fail-level WARNING
	$(THROWAWAY) $(PY) manage.py generate_docs --check

bench: $(VENV)/dev.stamp  ## measure; prints a table and writes var/bench.json
	$(THROWAWAY) $(PY) -m tests.bench $(ARGS)

requirements: $(VENV)/dev.stamp  ## pin requirements*.in anew
	$(COMPILE) --upgrade requirements.in -o requirements.txt
	$(COMPILE) --upgrade requirements-dev.in -o requirements-dev.txt

clean:  ## remove what can be made again; var/ stays
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find accounts registry tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/run.stamp: requirements.txt
	@$(PYTHON) -c "" || { echo "error: PYTHON=$(PYTHON) does not run: $(WAY_OUT)" >&2; exit 2; }
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "error: PYTHON=$(PYTHON) is too old: $(WAY_OUT)" >&2; exit 2; }
	@echo "Installing into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	@echo "Installing what the checks need into $(VENV) …"
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@
