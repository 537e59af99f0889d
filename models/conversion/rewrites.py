"""Graph rewrites that make the converted models fast without changing what they compute.

Each function takes an ONNX model, changes it in place and says in its docstring why the result is
the same. "Exact" means equal but for the order of floating-point additions; models/rebuild.py
measures what is left against the upstream TFLite file. Nothing here reads or writes a file.

Background: ONNX Runtime's CPU provider keeps float convolutions in a blocked channel layout and
fuses Relu and Add into them. Every node it cannot keep in that layout (PRelu, Pad, Transpose, a
channel count that is not a multiple of 16) costs a pass over memory there and another one back.
"""

from collections import defaultdict

import numpy as np
import onnx
from onnx import helper, numpy_helper, shape_inference

DOMAIN, TOWER, MIXER = "hymy", "ResidualTower", "TokenMixer"
CHANNEL_BLOCK = 16  # lanes of ONNX Runtime's blocked layout on AVX-512; 8 on AVX2, which divides it


class View:
    """Look-ups over a graph, taken once; valid until nodes are replaced."""

    def __init__(self, model):
        self.graph = model.graph
        self.const = {i.name: numpy_helper.to_array(i) for i in self.graph.initializer}
        self.producer = {o: n for n in self.graph.node for o in n.output}
        self.readers = defaultdict(list)
        for node in self.graph.node:
            for name in node.input:
                self.readers[name].append(node)

    def add(self, name, array):
        """Store a constant and return its name."""
        array = np.array(array, order="C")
        self.graph.initializer.append(numpy_helper.from_array(array, name))
        self.const[name] = array
        return name

    def sole_reader(self, name):
        """The only node reading `name`, or None."""
        readers = self.readers[name]
        return readers[0] if len(readers) == 1 else None


def shapes_of(model):
    """Shape of every inner tensor, by name."""
    inferred = shape_inference.infer_shapes(model).graph.value_info
    return {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in inferred}


def attribute(node, name, default):
    for a in node.attribute:
        if a.name == name:
            return helper.get_attribute_value(a)
    return default


def replace(model, replacements, drop=()):
    """Put `replacements[id(node)]` (a list) where each of these nodes stood; leave out `drop`."""
    dropped = {id(n) for n in drop}
    nodes = []
    for node in model.graph.node:
        if id(node) in replacements:
            nodes += replacements[id(node)]
        elif id(node) not in dropped:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def is_depthwise(view, node):
    weights = view.const[node.input[1]]
    return node.op_type == "Conv" and weights.shape[1] == 1 and attribute(node, "group", 1) == weights.shape[0] > 1


# --- shapes and resampling -----------------------------------------------------------------------


def static_batch(model):
    """Fix the batch at 1."""
    for value in list(model.graph.input) + list(model.graph.output):
        dim = value.type.tensor_type.shape.dim[0]
        if not dim.dim_value:
            dim.Clear()
            dim.dim_value = 1


def reshape_output(model, output, shape):
    """Give an output that a Reshape makes another shape of the same size."""
    view = View(model)
    node = view.producer[output]
    assert node.op_type == "Reshape", node.op_type
    node.input[1] = view.add(output + "/shape", np.array(shape, np.int64))
    value = next(v for v in model.graph.output if v.name == output)
    del value.type.tensor_type.shape.dim[:]
    for size in shape:
        value.type.tensor_type.shape.dim.add().dim_value = size


def repair_resize_3_to_5(model):
    """tf2onnx writes 3 -> 5 as a scale of 1.6666666, which rounds down to 4 pixels; 1.67 gives 5.

    Nearest neighbours are the same: floor(i / 1.67) = floor(i * 3 / 5) = 0, 0, 1, 1, 2.
    """
    for init in model.graph.initializer:
        scale = numpy_helper.to_array(init)
        if scale.dtype == np.float32 and scale.shape == (4,) and scale[0] == 1 and abs(scale[2] - 5 / 3) < 1e-3:
            init.CopyFrom(numpy_helper.from_array(np.array([1, 1, 1.67, 1.67], np.float32), init.name))


# --- float models --------------------------------------------------------------------------------


def channel_pad_to_conv(model):
    """Pad of zero channels -> 1x1 Conv with an identity matrix above zeros. Exact; stays in blocks."""
    view, shapes, swaps = View(model), shapes_of(model), {}
    for node in model.graph.node:
        if node.op_type != "Pad":
            continue
        pads = view.const[node.input[1]]
        assert list(np.nonzero(pads)[0]) == [5], f"not a pad of channels at the end: {pads}"
        channels = shapes[node.input[0]][1]
        weights = np.eye(channels + pads[5], channels, dtype=np.float32)[:, :, None, None]
        name = view.add(node.output[0] + "/identity", weights)
        swaps[id(node)] = [helper.make_node("Conv", [node.input[0], name], list(node.output), kernel_shape=[1, 1])]
    replace(model, swaps)
    return len(swaps)


def interleaved_stem(model):
    """First Transpose (NHWC to NCHW) and Conv -> Conv on the untouched bytes. Exact.

    H x W x 3 pixels are also one plane H x 3W. A kernel kh x kw over 3 channels with stride (s, t)
    is a kernel kh x 3kw over that plane with stride (s, 3t), so that the Transpose is not needed.
    """
    view = View(model)
    image = model.graph.input[0]
    transpose = view.sole_reader(image.name)
    conv = view.sole_reader(transpose.output[0])
    assert (transpose.op_type, conv.op_type) == ("Transpose", "Conv")
    _, height, width, planes = [d.dim_value for d in image.type.tensor_type.shape.dim]
    weights = view.const[conv.input[1]]
    out, _, kh, kw = weights.shape
    top, left, bottom, right = attribute(conv, "pads", [0, 0, 0, 0])
    down, across = attribute(conv, "strides", [1, 1])
    assert set(attribute(conv, "dilations", [1, 1])) == {1}
    plane = view.add("stem/plane_shape", np.array([1, 1, height, width * planes], np.int64))
    flat = view.add("stem/weights", weights.transpose(0, 2, 3, 1).reshape(out, 1, kh, kw * planes))
    replace(model, {id(transpose): [
        helper.make_node("Reshape", [image.name, plane], ["stem/plane"]),
        helper.make_node(
            "Conv", ["stem/plane", flat, *conv.input[2:]], list(conv.output), kernel_shape=[kh, kw * planes],
            strides=[down, across * planes], pads=[top, left * planes, bottom, right * planes]),
    ]}, drop=[conv])


def fill_channel_blocks(model):
    """Zero channels added to convolutions that make no whole block of 16, where only Convs read them.

    Weights and biases of the new channels are 0, so they carry 0 through Relu and depthwise Convs, and
    the next weights have 0 for them. Exact.
    """
    view, count = View(model), 0
    outputs = {o.name for o in model.graph.output}
    for conv in model.graph.node:
        if conv.op_type != "Conv" or attribute(conv, "group", 1) != 1:
            continue
        channels = view.const[conv.input[1]].shape[0]
        missing = -channels % CHANNEL_BLOCK
        depthwise, last, todo, possible = [], [], [conv.output[0]], missing > 0
        while todo and possible:
            name = todo.pop()
            possible = name not in outputs
            for node in view.readers[name]:
                if node.op_type == "Relu":
                    todo.append(node.output[0])
                elif node.op_type == "Conv" and is_depthwise(view, node):
                    depthwise.append(node)
                    todo.append(node.output[0])
                elif node.op_type == "Conv":
                    last.append(node)
                else:
                    possible = False
        if not possible or not last:
            continue

        def pad(node, index, axis):
            array = view.const[node.input[index]]
            widths = [(0, missing if a == axis else 0) for a in range(array.ndim)]
            node.input[index] = view.add(f"{node.output[0]}/block{index}{axis}", np.pad(array, widths))

        for node in [conv] + depthwise:
            for index in range(1, len(node.input)):
                pad(node, index, 0)
        for node in depthwise:
            next(a for a in node.attribute if a.name == "group").i = channels + missing
        for node in last:
            pad(node, 1, 1)
        count += 1
    return count


def prelu_to_convs(model):
    """PRelu(x) = x + (1 - slope) * Relu(-x): two depthwise 1x1 Convs with Relu and Add fused. Exact."""
    view, swaps = View(model), {}
    for node in model.graph.node:
        if node.op_type != "PRelu":
            continue
        x, y = node.input[0], node.output[0]
        slope = view.const[node.input[1]].reshape(-1, 1, 1, 1)
        kind = {"group": slope.size, "kernel_shape": [1, 1]}
        minus = view.add(y + "/minus", -np.ones_like(slope))
        rest = view.add(y + "/rest", 1 - slope)
        swaps[id(node)] = [
            helper.make_node("Conv", [x, minus], [y + "/negated"], **kind),
            helper.make_node("Relu", [y + "/negated"], [y + "/below"]),
            helper.make_node("Conv", [y + "/below", rest], [y + "/lift"], **kind),
            helper.make_node("Add", [y + "/lift", x], [y]),
        ]
    replace(model, swaps)
    return len(swaps)


# --- one spelling ---------------------------------------------------------------------------------


def canonical(model, name, rename):
    """The same graph in one spelling, so that equal graphs are equal bytes.

    `rename` maps the inputs and outputs that stay, in order, to readable names. What no output needs
    is left out; nodes are ordered and numbered from the outputs back. Scalars are shared; every larger
    constant is stored once per use, because ONNX Runtime's session.x64quantprecision retypes INT8
    weights and fails on a shared one.
    """
    view = View(model)
    order, seen = [], set()

    def visit(tensor):
        stack = [(tensor, False)]
        while stack:
            tensor, done = stack.pop()
            node = view.producer.get(tensor)
            if node is None or id(node) in seen:
                continue
            if done:
                seen.add(id(node))
                order.append(node)
            else:
                stack.append((tensor, True))
                stack += [(i, False) for i in reversed(node.input)]

    for tensor in rename:
        visit(tensor)
    names, scalars, initializers, nodes = dict(rename), {}, [], []

    def constant(array):
        key = (array.dtype.str, array.tobytes())
        if array.ndim == 0 and key in scalars:
            return scalars[key]
        new = f"c{len(initializers)}"
        initializers.append(numpy_helper.from_array(array, new))
        if array.ndim == 0:
            scalars[key] = new
        return new

    def spelled(tensor):
        if tensor in view.const and tensor not in names:
            return constant(view.const[tensor])
        if tensor and tensor not in names:
            names[tensor] = f"t{len(names)}"
        return names[tensor] if tensor else ""

    for number, node in enumerate(order):
        new = onnx.NodeProto(op_type=node.op_type, domain=node.domain, name=f"{node.op_type}_{number}")
        new.input.extend([spelled(i) for i in node.input])
        new.output.extend([spelled(o) for o in node.output])
        for a in sorted(node.attribute, key=lambda a: a.name):
            new.attribute.add().CopyFrom(a)
            new.attribute[-1].doc_string = ""
        nodes.append(new)

    def value(v):
        kind = v.type.tensor_type
        return helper.make_tensor_value_info(rename[v.name], kind.elem_type, [d.dim_value for d in kind.shape.dim])

    ends = {v.name: v for v in list(model.graph.input) + list(model.graph.output)}
    inputs = {v.name for v in model.graph.input}
    graph = helper.make_graph(
        nodes, name, [value(ends[n]) for n in rename if n in inputs], [value(ends[n]) for n in rename if n not in inputs],
        initializers)
    opset = next(o.version for o in model.opset_import if o.domain == "")
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="hymy")
    result.ir_version = 8
    onnx.checker.check_model(result, full_check=True)
    return result


def residual_tower(model):
    """Transpose, stem and residual blocks of a model in one spelling -> one node ResidualTower with the weights as
    inputs, and a function of that name in the model: the nodes that stood there. Exact.

    A runtime without a kernel of that name puts the function's nodes in the node's place; hymy's kernel (vision/kernels)
    computes a block row by row instead, and needs no pass over memory for PReLU and addition.
    """
    view = View(model)
    image = model.graph.input[0].name

    def after(node):
        return view.sole_reader(node.output[0])

    body = [view.sole_reader(image)]
    body += [after(body[0]), after(after(body[0]))]
    while True:
        readers = view.readers[body[-1].output[0]]
        reduce, *others = [n for n in readers if n.op_type == "Conv"]
        if others or after(reduce) is None or after(reduce).op_type != "PRelu":
            break
        depthwise = after(after(reduce))
        expand = after(depthwise)
        skip = [n for n in readers if n.op_type == "MaxPool"]
        skip += [after(n) for n in skip if after(n).op_type == "Pad"]
        body += [reduce, after(reduce), depthwise, expand, *skip, after(expand), after(after(expand))]
    features, weights, constants = body[-1].output[0], [], []
    for node in body:
        for index, name in enumerate(node.input):
            if name not in view.const:
                continue
            if node.op_type == "Pad":
                value = numpy_helper.from_array(view.const[name])
                constants.append(helper.make_node("Constant", [], [name], value=value))
            else:
                if node.op_type == "PRelu":  # a slope for each channel, without the axis of the batch
                    node.input[index] = view.add(f"{name}s", view.const[name].reshape(-1, 1, 1))
                weights.append(node.input[index])
    as_operator(model, TOWER, body, [image, *weights], features, constants)
    return sum(n.op_type == "Add" for n in body)


def token_mixer(model):
    """Blocks of a mixer of one spelling -> one node TokenMixer with the weights as inputs, as residual_tower does. Exact.

    hymy's kernel adds biases and takes negative values away while a product is still in registers.
    """
    view = View(model)
    norms = [n for n in model.graph.node if n.op_type == "LayerNormalization"]
    start = norms[0].input[0]
    body, reached = [], {start}
    for node in model.graph.node:
        if node.op_type in {"LayerNormalization", "Gemm", "Relu", "Add", "Slice"} and reached & set(node.input):
            body.append(node)
            reached.update(node.output)
    body.pop()  # the layer that makes coefficients of the first token
    weights, constants = [], []
    for node in body:
        for name in node.input:
            if name in view.const:
                if node.op_type == "Slice":
                    value = numpy_helper.from_array(view.const[name])
                    constants.append(helper.make_node("Constant", [], [name], value=value))
                else:
                    weights.append(name)
    (epsilon,) = {attribute(n, "epsilon", 0.0) for n in norms}
    for norm in norms:
        (mine,) = [a for a in norm.attribute if a.name == "epsilon"]
        mine.ClearField("f")
        mine.ref_attr_name = "epsilon"
    as_operator(model, MIXER, body, [start, *weights], body[-1].output[0], constants, epsilon=epsilon)
    return len(norms) // 2


def as_operator(model, name, body, inputs, output, constants, **attributes):
    """These nodes -> one node of hymy's, and a function of that name in the model: the nodes that stood there."""
    standard = [o for o in model.opset_import if o.domain == ""]
    model.functions.append(
        helper.make_function(DOMAIN, name, inputs, [output], constants + body, standard, list(attributes)))
    model.opset_import.append(helper.make_opsetid(DOMAIN, 1))
    node = helper.make_node(name, inputs, [output], name=name, domain=DOMAIN, **attributes)
    replace(model, {id(body[0]): [node]}, drop=body[1:])
    read = {name for node in model.graph.node for name in node.input}
    kept = [i for i in model.graph.initializer if i.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    onnx.checker.check_model(model, full_check=True)
