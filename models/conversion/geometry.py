"""The canonical face mesh, from MediaPipe's geometry metadata to a table.

The metadata is a protocol buffer; the few fields needed are read from the wire format directly:
    1: mesh { 3: repeated float, five a vertex: x, y, z, u, v }
    2: repeated basis { 1: uint32 point id, 2: float weight }
"""

import struct

import numpy as np

VERTICES, FLOATS_A_VERTEX = 468, 5

HEADER = """\
# Canonical face mesh of MediaPipe, to which the head pose is fitted. Written by models/rebuild.py.
# Origin: {origin}.
# Copyright The MediaPipe Authors; Apache-2.0, text in models/licences/Apache-2.0.txt. Made a table, else unchanged.
# Units: centimetres. Right-handed axes of the face itself: x to the left of the person (right for who looks
# at the face), y up, z out of the face towards who looks at it.
# id: point of the face mesh, 0..467; the irises, 468..477, have no canonical position.
# weight: of the point in the Procrustes fit of the pose; 0 for points that take no part.
"""


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """(field number, value) of a message: an int for a varint, bytes for the rest."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        elif kind == 5:
            value, at = data[at:at + 4], at + 4
        else:
            raise ValueError(f"wire type {kind} at byte {at} is not expected in this file")
        yield number, value


def table(data, origin):
    """The mesh as CSV text with a commented header."""
    floats, weights = [], {}
    for number, value in fields(data):
        if number == 1:
            floats += [struct.unpack("<f", v)[0] for n, v in fields(value) if n == 3]
        elif number == 2:
            entry = dict(fields(value))
            weights[entry.get(1, 0)] = struct.unpack("<f", entry[2])[0]
    if len(floats) != VERTICES * FLOATS_A_VERTEX:
        raise ValueError(f"{len(floats)} floats in the mesh, expected {VERTICES} x {FLOATS_A_VERTEX}")

    def shortest(value):
        return np.format_float_positional(np.float32(value), unique=True, trim="0")

    lines = ["id,x,y,z,weight"]
    for point in range(VERTICES):
        xyz = floats[point * FLOATS_A_VERTEX:point * FLOATS_A_VERTEX + 3]
        lines.append(",".join([str(point)] + [shortest(v) for v in xyz + [weights.get(point, 0.0)]]))
    return HEADER.format(origin=origin) + "\n".join(lines) + "\n"
