"""The ONNX files in ONNX Runtime against the upstream files in TFLite's own interpreter.

Inputs are two public-domain portraits at several scales and rotations, and noise. The portraits come
from wheels too: Eileen Collins (NASA) as in scikit-image, Grace Hopper (US Navy) as in matplotlib.
The object detector also sees a telephone drawn into them, since neither portrait holds one.
"""

import os

import numpy as np
from PIL import Image, ImageDraw

# Where the face is: centre and side of the upstream full-range detector's box, pixels of the image.
PORTRAITS = {
    "astronaut": {
        "package": "scikit-image", "version": "0.26.0", "path": "skimage/data/astronaut.png",
        "sha256": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        "centre": (227, 121), "side": 106,
    },
    "grace_hopper": {
        "package": "matplotlib", "version": "3.11.2", "path": "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
        "sha256": "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        "centre": (265, 227), "side": 208,
    },
}
FLOAT_BOUND = 1e-3  # largest difference allowed, as a share of the output's range
SCORE_BOUND = 0.05  # largest difference of the score of one detection
DETECTED, NEARLY = 0.30, 0.20  # a detection counts from 0.30; its partner may fall this far below
SAME_BOX_IOU, SUPPRESS_IOU = 0.7, 0.5
CLASS_NAMES = ("person", "cell phone")
NOISE_CASES = 4


# --- inputs ----------------------------------------------------------------------------------------


def crop(image, centre, side, angle_deg, size_px):
    """Square of `side` around `centre`, turned by `angle_deg`, as size_px x size_px; black outside."""
    turned = image.rotate(angle_deg, resample=Image.BILINEAR, center=centre)
    box = (centre[0] - side / 2, centre[1] - side / 2, centre[0] + side / 2, centre[1] + side / 2)
    return turned.transform((size_px, size_px), Image.EXTENT, box, resample=Image.BILINEAR)


def with_telephone(image, left, top, height):
    """A copy with a drawn telephone: dark case, blue screen, rows of coloured icons."""
    image = image.copy()
    draw, width = ImageDraw.Draw(image), height // 2
    margin = width // 14
    draw.rounded_rectangle((left, top, left + width, top + height), radius=width // 8, fill=(20, 20, 22),
                           outline=(150, 150, 155), width=max(1, width // 30))
    draw.rectangle((left + margin, top + height // 9, left + width - margin, top + height - height // 9),
                   fill=(40, 80, 160))
    step = (width - 2 * margin) / 4
    for row in range(5):
        for column in range(4):
            x, y = left + margin + (column + 0.2) * step, top + height // 9 + 8 + row * step * 1.15
            colour = ((90 + 60 * column) % 256, (200 - 30 * row) % 256, (60 * row + 80) % 256)
            draw.rounded_rectangle((x, y, x + step * 0.6, y + step * 0.6), radius=3, fill=colour)
    return image


def face_crops(portraits, size_px, sides, angles_deg):
    """RGB crops, uint8, around each face; `sides` in units of the face."""
    crops = []
    for name, image in portraits.items():
        where = PORTRAITS[name]
        for side in sides:
            for angle in angles_deg:
                crops.append(np.asarray(crop(image, where["centre"], side * where["side"], angle, size_px)))
    return crops


def image_cases(portraits, size_px, sides, angles_deg, low, high):
    """(kind, tensor) pairs, NHWC float in low..high: faces, then noise."""
    random = np.random.default_rng(1)
    faces = [c.astype(np.float32) / 255 for c in face_crops(portraits, size_px, sides, angles_deg)]
    noise = [random.random((size_px, size_px, 3), np.float32) for _ in range(NOISE_CASES)]
    scaled = [("faces", f) for f in faces] + [("noise", n) for n in noise]
    return [(kind, (x * (high - low) + low)[None].astype(np.float32)) for kind, x in scaled]


def blendshape_cases(portraits, mesh_tflite, point_ids):
    """The upstream mesh's points on crops of the faces, in pixels of the portrait; then random points."""
    random = np.random.default_rng(2)
    cases = []
    for kind, image in image_cases(portraits, 256, (1.5, 2.0), (-20, 0, 20), 0, 1):
        if kind == "faces":
            landmarks = next(o for o in tflite_run(mesh_tflite, [image])[0].values() if o.size == 478 * 3)
            points = landmarks.reshape(478, 3)[point_ids, :2] * 1.5
            cases.append((kind, points[None].astype(np.float32)))
    for _ in range(NOISE_CASES):
        cases.append(("noise", (random.random((1, len(point_ids), 2)) * 300).astype(np.float32)))
    return cases


def object_cases(portraits, size_px=320):
    random = np.random.default_rng(3)
    cases = []
    for name, image in portraits.items():
        where = PORTRAITS[name]
        middle, longest = (image.width / 2, image.height / 2), max(image.size)
        for shown in (image, with_telephone(image, 60, 250, 160), with_telephone(image, 150, 200, 250),
                      with_telephone(image, 300, 300, 150)):
            cases.append(("faces", np.asarray(crop(shown, middle, longest, 0, size_px))[None]))
            for side in (2.5, 4):
                for angle in (-15, 15):
                    view = crop(shown, where["centre"], side * where["side"], angle, size_px)
                    cases.append(("faces", np.asarray(view)[None]))
    counter = with_telephone(Image.new("RGB", (512, 512), (196, 186, 170)), 150, 100, 300)
    cases.append(("faces", np.asarray(counter.resize((size_px, size_px), Image.BILINEAR))[None]))
    for _ in range(NOISE_CASES):
        cases.append(("noise", random.integers(0, 256, (1, size_px, size_px, 3)).astype(np.uint8)))
    return cases


# --- the two runtimes --------------------------------------------------------------------------------


def tflite_run(tflite, inputs):
    """Outputs by upstream name for each input."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_content=tflite, num_threads=1)
    interpreter.allocate_tensors()
    entry = interpreter.get_input_details()[0]["index"]
    results = []
    for tensor in inputs:
        interpreter.set_tensor(entry, tensor)
        interpreter.invoke()
        results.append({d["name"]: interpreter.get_tensor(d["index"]).copy() for d in interpreter.get_output_details()})
    return results


def session_entries(entry):
    """The entries this machine's sessions need: those for processors without VNNI, where it has none."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as cpu:
            words = set(cpu.read().split())
    except OSError:
        words = set()
    return {} if words & {"avx512_vnni", "avx_vnni"} else entry.get("session_without_vnni", {})


def onnx_run(onnx_bytes, session_entries, inputs):
    """Outputs by name for each input, on one thread of the CPU provider."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    for key, value in session_entries.items():
        options.add_session_config_entry(key, value)
    session = onnxruntime.InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    entry = session.get_inputs()[0].name
    return [dict(zip(names, session.run(names, {entry: tensor}))) for tensor in inputs]


# --- comparisons -------------------------------------------------------------------------------------


def compare_floats(upstream, ours, cases, pairs):
    """Rows (what, kind of input, cases, difference, range, share, allowed, holds) of a float model.

    `pairs` maps our output names to upstream ones. Each difference is held against the range of the
    upstream output of the same input; a single number has none, so against its range over all inputs.
    The row shows the input where that share is largest.
    """
    rows = []
    for name, theirs in pairs.items():
        single = upstream[0][theirs].size == 1
        overall = np.ptp([u[theirs].ravel()[0] for u in upstream]) if single else None
        for kind in ("faces", "noise"):
            found = []
            for one, other, (case, _) in zip(upstream, ours, cases):
                if case == kind:
                    difference = float(np.abs(one[theirs].ravel() - other[name].ravel()).max())
                    span = float(overall if single else np.ptp(one[theirs]))
                    found.append((difference / span, difference, span))
            share, difference, span = max(found)
            rows.append((name, kind, len(found), f"{difference:.2e}", f"{span:.4g}", f"{share:.1e} of range",
                         f"{FLOAT_BOUND:.0e}", share <= FLOAT_BOUND))
    return rows


def anchors(image_px=320):
    """EfficientDet's anchors as rows (centre y, centre x, height, width), pixels."""
    rows = []
    for stride in (8, 16, 32, 64, 128):
        cells = -(-image_px // stride)
        for y in range(cells):
            for x in range(cells):
                for octave in range(3):
                    for ratio in (1, 2, 0.5):  # width to height
                        side = 4 * stride * 2 ** (octave / 3)
                        rows.append(((y + 0.5) * stride, (x + 0.5) * stride, side / ratio ** 0.5, side * ratio ** 0.5))
    return np.array(rows)


def overlap(a, b):
    """Intersection over union of boxes (top, left, bottom, right)."""
    sides = np.maximum(0, np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]))
    shared = sides.prod()
    return shared / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - shared)


def detections(scores, boxes, threshold):
    """(class, score, box) that survive non-maximum suppression, best first."""
    grid, found = anchors(), []
    for kind in range(scores.shape[1]):
        best = np.argsort(-scores[:, kind], kind="stable")
        kept = []
        for i in best[scores[best, kind] > threshold]:
            ty, tx, th, tw = boxes[i]
            centre = np.array([ty * grid[i, 2] + grid[i, 0], tx * grid[i, 3] + grid[i, 1]])
            half = np.exp([th, tw]) * grid[i, 2:] / 2
            box = np.concatenate([centre - half, centre + half])
            if all(overlap(box, other) < SUPPRESS_IOU for _, _, other in kept):
                kept.append((kind, float(scores[i, kind]), box))
        found += kept
    return found


def compare_probabilities(upstream, ours, cases, kept_classes):
    """Rows as of compare_floats: upstream gives UINT8 steps of 1/256."""
    rows = []
    for kind in ("faces", "noise"):
        worst = [np.abs(next(iter(u.values()))[0][kept_classes] / 256 - o["probabilities"][0]).max()
                 for u, o, (case, _) in zip(upstream, ours, cases) if case == kind]
        rows.append(("probabilities", kind, len(worst), f"{max(worst):.3f}", "1", "of probability", f"{SCORE_BOUND}",
                     max(worst) <= SCORE_BOUND))
    return rows


def compare_detections(upstream, ours, cases, kept_classes):
    """Rows as of compare_floats: every detection of either side needs a partner on the other."""
    tally = {}
    scores_name = next(n for n, v in upstream[0].items() if v.shape[-1] == 90)
    boxes_name = next(n for n, v in upstream[0].items() if v.shape[-1] == 4)
    for theirs, mine, (kind, _) in zip(upstream, ours, cases):
        one = (theirs[scores_name][0][:, kept_classes], theirs[boxes_name][0])
        other = (mine["scores"][0], mine["boxes"][0])
        for this, that in ((one, other), (other, one)):
            partners = detections(*that, NEARLY)
            for label, score, box in detections(*this, DETECTED):
                entry = tally.setdefault((CLASS_NAMES[label], kind), [0, 0, 0.0])
                gaps = [abs(score - s) for k, s, b in partners if k == label and overlap(box, b) >= SAME_BOX_IOU]
                entry[0] += 1
                entry[1] += bool(gaps)
                entry[2] = max(entry[2], min(gaps, default=1.0))
    rows = [(label, kind, found, f"{worst:.3f}", f"{matched}/{found} matched", "of score", f"{SCORE_BOUND}",
             matched == found and worst <= SCORE_BOUND) for (label, kind), (found, matched, worst) in sorted(tally.items())]
    for label in CLASS_NAMES:
        if (label, "faces") not in tally:
            rows.append((label, "faces", 0, "-", "nothing detected", "", f"{SCORE_BOUND}", False))
    for kind in ("faces", "noise"):
        worst = max(float(np.abs(u[scores_name][0][:, kept_classes] - o["scores"][0]).max())
                    for u, o, (k, _) in zip(upstream, ours, cases) if k == kind)
        rows.append(("any score", kind, sum(k == kind for k, _ in cases), f"{worst:.3f}", "0..1", "for information", "-", True))
    return rows
