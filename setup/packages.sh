#!/usr/bin/env bash
# Installs the Debian packages that Hymy needs, only those that are missing, saying what and why.
# Usage: setup/packages.sh build|test|models|npm    (test includes build)
set -euo pipefail

# package: why
build=(
  "libopencv-dev: frames from cameras and files, colour conversion and warps"
  "clang: generates the OpenCV bindings"
  "libclang-dev: generates the OpenCV bindings"
  "libssl-dev: encryption of the store (SQLCipher)"
  "pkg-config: finds the libraries above"
  "g++: compiles the OpenCV glue"
  "make: runs the targets"
  "python3-pip: fetches the onnxruntime wheel"
  "unzip: takes the library out of the wheel"
)
test=(
  "python3-gi: drives the RTSP test server"
  "gir1.2-gst-rtsp-server-1.0: the RTSP test server"
  "gstreamer1.0-plugins-base: the RTSP test server's picture"
  "gstreamer1.0-plugins-good: the RTSP test server's encoder"
  "ffmpeg: makes and cuts test clips"
  "binutils: lists what the built program imports"
  "strace: watches which files and connections the program opens"
  "python3-venv: keeps apart what asks the interface for machines"
  "openssl: looks at the certificate from outside"
  "chromium: shows the pages to the browser tests"
  "chromium-driver: drives it"
)
npm=(
  "npm: fetches the accessibility engine of the browser tests"
)
models=(
  "python3-venv: keeps the conversion's packages apart"
  "python3-pip: fetches them"
)

case "${1:-}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  models) wanted=("${models[@]}") ;;
  npm) wanted=("${npm[@]}") ;;
  *) echo "usage: setup/packages.sh build|test|models|npm" >&2; exit 2 ;;
esac

missing=()
for line in "${wanted[@]}"; do
  name=${line%%:*}
  if ! dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed'; then
    missing+=("$name")
    echo "setup: $name is missing (${line#*: })"
  fi
done
[ "${#missing[@]}" -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "setup: this is not Debian; install what corresponds to: ${missing[*]}" >&2
  exit 1
fi
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: run as root, or: apt-get install ${missing[*]}" >&2; exit 1; }
  root=(sudo)
fi
echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get update -qq
"${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
