"""The blendshape model, an MLP mixer, written with the operators it is made of.

The upstream file spells LayerNormalization out in ten small operators and its matrix products as
1x1 convolutions between transposes: 170 nodes for 32 million products. The same mathematics takes 40
nodes. Only the first token is read at the end, so the last block computes only that one. Equal to the
upstream file but for the order of additions.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from .rewrites import View

POINTS, TOKENS, WIDTH, BLOCKS, COEFFICIENTS = 146, 97, 64, 4, 52
TOKEN_HIDDEN, CHANNEL_HIDDEN = 384, 256


def read_parts(model):
    """Weights in the order of the graph, checked against the shapes they must have."""
    view = View(model)
    convs = [(view.const[n.input[1]][:, :, 0, 0], view.const[n.input[2]]) for n in model.graph.node
             if n.op_type == "Conv"]
    block = [(TOKEN_HIDDEN, TOKENS), (TOKENS, TOKEN_HIDDEN), (CHANNEL_HIDDEN, WIDTH), (WIDTH, CHANNEL_HIDDEN)]
    expected = [(TOKENS - 1, POINTS), (WIDTH, 2)] + block * BLOCKS + [(COEFFICIENTS, WIDTH)]
    assert [w.shape for w, _ in convs] == expected

    def constants(kind, shape):
        found = [view.const[i] for n in model.graph.node if n.op_type == kind for i in n.input if i in view.const]
        return [c for c in found if c.size == np.prod(shape)]

    gains = constants("Mul", (WIDTH,))
    (token,) = constants("Concat", (WIDTH,))
    assert len(gains) == 2 * BLOCKS
    (epsilon,) = {float(c.ravel()[0]) for c in constants("Add", ())}
    (factor,) = {float(c.ravel()[0]) for c in constants("Mul", ())}
    return convs, [g.reshape(WIDTH) for g in gains], token.reshape(WIDTH), epsilon, factor


def rebuilt(model, points, coefficients):
    """The mixer as a new model, with this input name (1 x 146 x 2) and output name (52)."""
    convs, gains, token, epsilon, factor = read_parts(model)
    nodes, constants = [], []

    def const(name, array):
        constants.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    # The points about their mean, in units of their mean distance from it.
    node("ReduceMean", [points], "centre", axes=[1], keepdims=1)
    node("Sub", [points, "centre"], "about")
    node("ReduceL2", ["about"], "distance", axes=[2], keepdims=1)
    node("ReduceMean", ["distance"], "size", axes=[1], keepdims=1)
    node("Div", ["about", "size"], "unit")
    node("Reshape", ["unit", const("unit_shape", np.array([POINTS, 2], np.int64))], "flat")

    # 96 tokens from 146 points, 64 wide from 2; a learnt token goes before them as row 0.
    (across, across_bias), (widen, widen_bias) = convs[:2]
    rows = np.zeros((TOKENS, POINTS), np.float32)
    rows[1:] = across * np.float32(factor)
    bias = np.empty((TOKENS, WIDTH), np.float32)
    bias[0] = token
    bias[1:] = np.outer(across_bias.astype(np.float64), widen.astype(np.float64).sum(axis=1)) + widen_bias
    node("MatMul", [const("rows", rows), "flat"], "rows_out")
    node("MatMul", ["rows_out", const("widen", widen.T)], "wide")
    x = node("Add", ["wide", const("first_bias", bias)], "x0")

    for b in range(BLOCKS):
        (w1, b1), (w2, b2), (w3, b3), (w4, b4) = convs[2 + 4 * b:6 + 4 * b]
        n = node("LayerNormalization", [x, const(f"gain{b}a", gains[2 * b])], f"norm{b}a", axis=-1, epsilon=epsilon)
        if b == BLOCKS - 1:
            w2, b2 = w2[:1], b2[:1]
            bounds = [const(f"only_{k}", np.array([v], np.int64)) for k, v in (("from", 0), ("to", 1), ("axis", 0))]
            x = node("Slice", [x, *bounds], "first_token")
        node("Gemm", [const(f"w{b}1", w1), n, const(f"b{b}1", b1[:, None])], f"token{b}")
        node("Relu", [f"token{b}"], f"token{b}_relu")
        y = node("Gemm", [const(f"w{b}2", w2), f"token{b}_relu", const(f"b{b}2", b2[:, None])], f"mixed{b}")
        x = node("Add", [x, y], f"x{b}_tokens")
        n = node("LayerNormalization", [x, const(f"gain{b}b", gains[2 * b + 1])], f"norm{b}b", axis=-1, epsilon=epsilon)
        node("Gemm", [n, const(f"w{b}3", w3.T), const(f"b{b}3", b3)], f"channel{b}")
        node("Relu", [f"channel{b}"], f"channel{b}_relu")
        y = node("Gemm", [f"channel{b}_relu", const(f"w{b}4", w4.T), const(f"b{b}4", b4)], f"remixed{b}")
        x = node("Add", [x, y], f"x{b + 1}")

    weights, bias = convs[-1]
    node("Gemm", [x, const("last_weights", weights.T), const("last_bias", bias)], "logits")
    node("Sigmoid", ["logits"], "shares")
    node("Reshape", ["shares", const("last_shape", np.array([COEFFICIENTS], np.int64))], coefficients)

    graph = helper.make_graph(
        nodes, "mixer", [helper.make_tensor_value_info(points, TensorProto.FLOAT, [1, POINTS, 2])],
        [helper.make_tensor_value_info(coefficients, TensorProto.FLOAT, [COEFFICIENTS])], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
