#!/usr/bin/env bash
# Puts onnxruntime's shared library into runtime/, from its PyPI wheel: pinned version, pinned hash.
# Runs again in no time when the library is there.
set -euo pipefail
cd "$(dirname "$0")/.."

# 1.28 is the last version whose library cannot connect to anything: later ones carry telemetry that does.
version=1.28.0
case "$(uname -m)" in
  x86_64) platform=manylinux_2_28_x86_64
          hash=a166b78ee04f3a37fa1ef82034b6a3ce96d9684e582d4d30b296de83e9998bb5 ;;
  aarch64) platform=manylinux_2_28_aarch64
           hash=8d66f9ceb29909c70839e4e4fb3435c7b490050d8f162bd5f3aba4ca01ee517f ;;
  *) echo "setup: there is no onnxruntime wheel for $(uname -m); build the library and name it in HYMY_ONNXRUNTIME" >&2
     exit 1 ;;
esac

stamp=runtime/onnxruntime.version
[ -f runtime/libonnxruntime.so ] && [ "$(cat "$stamp" 2>/dev/null)" = "$version $hash" ] && exit 0

echo "setup: fetching onnxruntime $version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The wheel is only a container here: its Python tag need not be this machine's.
echo "onnxruntime==$version --hash=sha256:$hash" > "$work/requirements.txt"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
  --python-version 3.11 --implementation cp --abi cp311 --platform "$platform" \
  --dest "$work" --requirement "$work/requirements.txt"
mkdir -p runtime
unzip -q -o -j "$work"/onnxruntime-*.whl "onnxruntime/capi/libonnxruntime.so.$version" onnxruntime/LICENSE \
  onnxruntime/ThirdPartyNotices.txt -d "$work/out"
mv "$work/out/libonnxruntime.so.$version" runtime/libonnxruntime.so
mv "$work/out/LICENSE" "$work/out/ThirdPartyNotices.txt" runtime/
echo "$version $hash" > "$stamp"
