#!/usr/bin/env bash
# Puts onnxruntime's shared library into runtime/, from its PyPI wheel: pinned version, pinned hash.
# Runs again in no time when the library is there.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.31.1
case "$(uname -m)" in
  x86_64) platform=manylinux_2_28_x86_64
          hash=5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f ;;
  aarch64) platform=manylinux_2_28_aarch64
           hash=da05378364c44d4407e463982d2bf8d5e4cfea873283757e48beeb41df97b7f3 ;;
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
