#!/usr/bin/env bash
# Fetches the accessibility engine that the browser tests run in every page, into target/axe: pinned version, pinned
# hash, tests only. Runs again in no time when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

work=target/axe
[ -f $work/node_modules/axe-core/axe.min.js ] && cmp -s tests/browser/package-lock.json $work/package-lock.json && exit 0
command -v npm >/dev/null || setup/packages.sh npm
echo "setup: fetching axe-core"
mkdir -p $work
cp tests/browser/package.json tests/browser/package-lock.json $work/
npm ci --prefix $work --no-audit --no-fund --loglevel=error
