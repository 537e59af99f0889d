"""EfficientDet-Lite0 with its upstream INT8 arithmetic kept, in a form ONNX Runtime runs as integers.

The upstream file is quantised: INT8 weights per channel, INT8 activations. tf2onnx writes that as
QuantizeLinear/DequantizeLinear around float operators; ONNX Runtime turns such groups into integer
kernels if they match its patterns. The functions here make them match. All are exact: the integers
are those of the upstream file, moved or repeated, never rounded again.
"""

import numpy as np
from onnx import TensorProto, helper

from .rewrites import View, attribute, replace, shapes_of

UPSTREAM_CLASSES = 90


def unsigned_activations(model):
    """INT8 activations -> UINT8, zero points 128 higher: the kernels for x86 take UINT8 x INT8.

    Also drops every Clip whose range the quantisation behind it imposes anyway, the change from
    UINT8 to INT8 at the input, and the rounding of the sigmoid's result to 1/256.
    """
    view, drop, alias = View(model), [], {}
    for node in model.graph.node:
        if node.op_type not in ("QuantizeLinear", "DequantizeLinear") or node.input[0] in view.const:
            continue
        zero = view.const[node.input[2]]
        if zero.dtype == np.int8:
            node.input[2] = view.add(node.output[0] + "/zero", (zero.astype(np.int16) + 128).astype(np.uint8))
    for node in model.graph.node:
        if node.op_type != "QuantizeLinear" or node.input[0] not in view.producer:
            continue
        before = view.producer[node.input[0]]
        scale, zero = float(view.const[node.input[1]]), int(view.const[node.input[2]])
        if before.op_type == "Clip":
            low, high = (float(view.const[i]) for i in before.input[1:])
            assert (0 - zero) * scale > low - scale / 2 and (255 - zero) * scale < high + scale / 2
            node.input[0] = before.input[0]
            drop.append(before)
        elif before.op_type == "DequantizeLinear":
            assert (scale, zero) == (float(view.const[before.input[1]]), int(view.const[before.input[2]]))
            alias[node.output[0]] = before.input[0]
            drop += [node, before]
        elif before.op_type == "Sigmoid":
            after = view.sole_reader(node.output[0])
            before.output[0] = after.output[0]
            drop += [node, after]
    replace(model, {}, drop)
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = alias.get(name, name)


def keep_classes(model, output, classes):
    """Leave only these classes in the class output: rows of the last convolutions, 9 anchors x 90."""
    view = View(model)

    def upwards(name):
        node = view.producer[name]
        if node.op_type == "Conv":
            for index in (1, 2):
                source = view.producer[node.input[index]]
                anchors = view.const[source.input[0]].shape[0] // UPSTREAM_CLASSES
                rows = [a * UPSTREAM_CLASSES + c for a in range(anchors) for c in classes]
                new = f"{node.output[0]}/kept{index}"
                parts = [view.add(f"{new}/{k}", view.const[i][rows]) for k, i in enumerate(source.input)]
                model.graph.node.append(helper.make_node("DequantizeLinear", parts, [new], axis=0))
                node.input[index] = new
            return
        if node.op_type == "Reshape":
            shape = list(view.const[node.input[1]])
            node.input[1] = view.add(node.output[0] + "/kept", np.array(shape[:-1] + [len(classes)], np.int64))
        for source in node.input if node.op_type == "Concat" else node.input[:1]:
            upwards(source)

    upwards(output)
    value = next(v for v in model.graph.output if v.name == output)
    value.type.tensor_type.shape.dim[2].dim_value = len(classes)


def keep_probabilities(model, output, classes):
    """The Softmax's own result for these classes, before it is rounded to 1/256 and turned to UINT8."""
    view = View(model)
    node, drop = view.producer[output], []
    while node.op_type != "Softmax":
        drop.append(node)
        node = view.producer[node.input[0]]
    rows = view.add(output + "/kept", np.array(classes, np.int64))
    gather = helper.make_node("Gather", [node.output[0], rows], [output], axis=1)
    replace(model, {}, drop)
    model.graph.node.append(gather)
    value = next(v for v in model.graph.output if v.name == output)
    value.type.tensor_type.elem_type = TensorProto.FLOAT
    value.type.tensor_type.shape.dim[1].dim_value = len(classes)


def doubling_by_concat(model):
    """Resize x2 (nearest) on UINT8 -> two Concats of the pixels and rows with themselves.

    ONNX Runtime's integer Resize goes pixel by pixel (0.4 ms for 40 x 40 x 64); Concat copies memory.
    """
    view, shapes, swaps, drop = View(model), shapes_of(model), {}, []
    for resize in model.graph.node:
        if resize.op_type != "Resize":
            continue
        _, depth, height, width = shapes[resize.input[0]]
        if shapes[resize.output[0]][2:] != [2 * height, 2 * width]:
            continue
        before, after = view.producer[resize.input[0]], view.sole_reader(resize.output[0])
        assert (before.op_type, after.op_type) == ("DequantizeLinear", "QuantizeLinear")
        for index in (1, 2):
            assert view.const[before.input[index]] == view.const[after.input[index]]
        end = after.output[0]

        def shape(name, *sizes):
            return view.add(f"{end}/{name}_shape", np.array(sizes, np.int64))

        swaps[id(resize)] = [
            helper.make_node("Transpose", [before.input[0]], [end + "/nhwc"], perm=[0, 2, 3, 1]),
            helper.make_node("Reshape", [end + "/nhwc", shape("px", height * width, depth)], [end + "/px"]),
            helper.make_node("Concat", [end + "/px"] * 2, [end + "/px2"], axis=1),
            helper.make_node("Reshape", [end + "/px2", shape("row", height, 2 * width * depth)], [end + "/row"]),
            helper.make_node("Concat", [end + "/row"] * 2, [end + "/row2"], axis=1),
            helper.make_node("Reshape", [end + "/row2", shape("all", 1, 2 * height, 2 * width, depth)], [end + "/all"]),
            helper.make_node("Transpose", [end + "/all"], [end], perm=[0, 3, 1, 2]),
        ]
        drop.append(after)
    replace(model, swaps, drop)
    return len(swaps)


def four_pixel_stem(model):
    """First Conv, 3x3 stride 2 on 3 channels -> 3x2 stride (2, 1) on 12 channels, two outputs at once.

    Four pixels side by side are 12 channels of the same bytes; the two outputs that start in them
    read one pixel more, which is in the next four. The INT8 kernels want channels in fours; the
    products with zero weights are cheaper than their slow path.
    """
    view = View(model)
    image = model.graph.input[0]
    _, height, width, _ = [d.dim_value for d in image.type.tensor_type.shape.dim]
    transpose = view.sole_reader(image.name)
    before = view.sole_reader(transpose.output[0])
    conv = view.sole_reader(before.output[0])
    after = view.sole_reader(conv.output[0])
    assert attribute(conv, "strides", None) == [2, 2] and attribute(conv, "pads", None) == [0, 0, 1, 1]
    weights, bias = (view.producer[conv.input[k]] for k in (1, 2))
    kernel = view.const[weights.input[0]]
    out = kernel.shape[0]
    wide = np.zeros((2 * out, 12, 3, 2), np.int8)
    for which in range(2):
        for column in range(3):
            pixel = 2 * which + column
            lanes = slice(3 * (pixel % 4), 3 * (pixel % 4) + 3)
            wide[which * out:(which + 1) * out, lanes, :, pixel // 4] = kernel[:, :, :, column]

    def constant(name, array):
        return view.add("stem/" + name, array)

    def twice(name, source):
        return constant(name, np.concatenate([view.const[source]] * 2))

    four = constant("four_shape", np.array([1, height, width // 4, 12], np.int64))
    one = constant("one_shape", np.array([1, height // 2, width // 2, out], np.int64))
    weight_parts = [constant("weights", wide), twice("w_scale", weights.input[1]), twice("w_zero", weights.input[2])]
    bias_parts = [twice("bias", bias.input[0]), twice("b_scale", bias.input[1]), twice("b_zero", bias.input[2])]
    replace(model, {id(transpose): [
        helper.make_node("Reshape", [image.name, four], ["stem/four"]),
        helper.make_node("Transpose", ["stem/four"], ["stem/nchw"], perm=[0, 3, 1, 2]),
        helper.make_node("DequantizeLinear", ["stem/nchw", *before.input[1:]], ["stem/x"]),
        helper.make_node("DequantizeLinear", weight_parts, ["stem/w"], axis=0),
        helper.make_node("DequantizeLinear", bias_parts, ["stem/b"], axis=0),
        helper.make_node("Conv", ["stem/x", "stem/w", "stem/b"], ["stem/y"], kernel_shape=[3, 2], strides=[2, 1],
                         pads=[0, 0, 1, 1]),
        helper.make_node("QuantizeLinear", ["stem/y", *after.input[1:]], ["stem/q"]),
        helper.make_node("Transpose", ["stem/q"], ["stem/nhwc"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["stem/nhwc", one], ["stem/one"]),
        helper.make_node("Transpose", ["stem/one"], list(after.output), perm=[0, 3, 1, 2]),
    ]}, [before, conv, after])


def own_weights(model):
    """One DequantizeLinear of weights and bias for each Conv.

    The heads share theirs over five scales; ONNX Runtime's session.x64quantprecision, which makes
    this model right on x86 without VNNI, fails on shared ones.
    """
    view, taken, new = View(model), set(), []
    for conv in model.graph.node:
        if conv.op_type != "Conv":
            continue
        for index in (1, 2):
            source = view.producer[conv.input[index]]
            if id(source) in taken:
                conv.input[index] = f"{conv.output[0]}/own{index}"
                new.append(helper.make_node("DequantizeLinear", list(source.input), [conv.input[index]],
                                            axis=attribute(source, "axis", 0)))
            taken.add(id(source))
    nodes = new + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return len(new)
