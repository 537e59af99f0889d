#!/usr/bin/env bash
# Fetches what asks the kiosk's interface for machines all that its OpenAPI document allows, into target/api-venv: pinned
# versions, pinned hashes, tests only. Runs again in no time when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=target/api-venv
[ -x $venv/bin/st ] && cmp -s tests/api/requirements.txt $venv/requirements.txt && exit 0
echo "setup: fetching schemathesis"
mkdir -p target
rm -rf $venv
python3 -m venv $venv
$venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/api/requirements.txt
cp tests/api/requirements.txt $venv/
