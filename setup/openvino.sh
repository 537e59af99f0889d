#!/usr/bin/env bash
# Puts onnxruntime with the OpenVINO provider for Intel processors into runtime-openvino/, from its PyPI wheel: pinned
# version, pinned hash. Runs again in no time when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.24.1
platform=manylinux_2_28_x86_64
hash=3007c803634cc69c6d52af1dea7ce729d9bb62b9a11070fd2f959119199007a8
folder=runtime-openvino
# What the provider loads on a processor. The wheel's plugins for graphics and neural processors stay out: nothing here
# was measured on one.
libraries=(libonnxruntime_providers_openvino.so libonnxruntime_providers_shared.so libopenvino.so.2541
  libopenvino_onnx_frontend.so.2541 libopenvino_intel_cpu_plugin.so libtbb.so.12)

if [ "$(uname -m)" != x86_64 ]; then
  echo "setup: there is no wheel of onnxruntime with OpenVINO for $(uname -m); keep provider = \"cpu\"" >&2
  exit 1
fi

usage() {
  echo "setup: to compute with OpenVINO, set under [runtime] of the configuration:"
  echo "  library = \"$PWD/$folder/libonnxruntime.so\""
  echo "  provider = \"openvino\""
}

stamp=$folder/onnxruntime.version
if [ -f "$folder/libonnxruntime.so" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$version $hash" ]; then
  usage
  exit 0
fi

echo "setup: fetching onnxruntime $version with OpenVINO (80 MiB; 130 MiB unpacked)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The wheel is only a container here: its Python tag need not be this machine's.
echo "onnxruntime-openvino==$version --hash=sha256:$hash" > "$work/requirements.txt"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
  --python-version 3.11 --implementation cp --abi cp311 --platform "$platform" \
  --dest "$work" --requirement "$work/requirements.txt"
mkdir -p "$folder"
unzip -q -o -j "$work"/onnxruntime_openvino-*.whl "onnxruntime/capi/libonnxruntime.so.$version" \
  "${libraries[@]/#/onnxruntime/capi/}" onnxruntime/LICENSE onnxruntime/ThirdPartyNotices.txt -d "$work/out"
mv "$work/out/libonnxruntime.so.$version" "$work/out/libonnxruntime.so"
mv "$work"/out/* "$folder/"
echo "$version $hash" > "$stamp"
usage
