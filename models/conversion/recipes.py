"""How each model is made from its upstream file: conversion, rewrites, names."""

import os
import tempfile

from . import mixer, quantised, rewrites

OPSET = 17
# cellular telephone, hand-held computer, iPod: rows of the ImageNet list that are read
KEPT_PROBABILITIES = [487, 590, 605]
KEPT_CLASSES = [0, 76]  # person, cell phone: rows of the COCO list that anything here reads


def converted(tflite, **options):
    """The upstream bytes as tf2onnx writes them."""
    from tf2onnx import convert

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "upstream.tflite")
        with open(path, "wb") as file:
            file.write(tflite)
        model, _ = convert.from_tflite(path, opset=OPSET, **options)
    return model


def face_detector(tflite, name, regressors, scores):
    model = converted(tflite)
    rewrites.interleaved_stem(model)
    rewrites.channel_pad_to_conv(model)
    rewrites.fill_channel_blocks(model)
    return rewrites.canonical(model, name, {"input": "image", regressors: "regressors", scores: "scores"})


def face_detector_full_range(tflite):
    return face_detector(
        tflite, "face_detector_full_range", "reshaped_regressor_face_4", "reshaped_classifier_face_4")


def face_detector_short_range(tflite):
    return face_detector(tflite, "face_detector_short_range", "regressors", "classificators")


def face_mesh(tflite):
    """Identity: landmarks, Identity_1: presence; Identity_2, a score for a tongue put out, is left out."""
    model = converted(tflite)
    rewrites.static_batch(model)
    rewrites.reshape_output(model, "Identity", [1, 478, 3])
    rewrites.reshape_output(model, "Identity_1", [1, 1])
    model = rewrites.canonical(
        model, "face_mesh", {"input_12": "image", "Identity": "landmarks", "Identity_1": "presence"})
    assert rewrites.residual_tower(model) == 34
    return model


def face_blendshapes(tflite):
    model = converted(tflite)
    names = {"serving_default_input_points:0": "points", "StatefulPartitionedCall:0": "coefficients"}
    # One spelling first: read_parts takes the weights in the order of the graph.
    ordered = rewrites.canonical(model, "upstream", names)
    rebuilt = mixer.rebuilt(ordered, "points", "coefficients")
    model = rewrites.canonical(rebuilt, "face_blendshapes", {"points": "points", "coefficients": "coefficients"})
    assert rewrites.token_mixer(model) == mixer.BLOCKS
    return model


def hand_detector(tflite):
    """Identity: regressors, Identity_1: scores."""
    model = converted(tflite)
    rewrites.interleaved_stem(model)
    rewrites.channel_pad_to_conv(model)
    assert rewrites.prelu_to_convs(model) == 31
    return rewrites.canonical(
        model, "hand_detector", {"input_1": "image", "Identity": "regressors", "Identity_1": "scores"})


def object_detector(tflite):
    scores, boxes = "StatefulPartitionedCall:1", "StatefulPartitionedCall:0"
    model = converted(tflite)
    rewrites.repair_resize_3_to_5(model)
    quantised.unsigned_activations(model)
    quantised.keep_classes(model, scores, KEPT_CLASSES)
    quantised.doubling_by_concat(model)
    quantised.four_pixel_stem(model)
    quantised.own_weights(model)
    return rewrites.canonical(
        model, "object_detector", {"serving_default_images:0": "image", scores: "scores", boxes: "boxes"})


def image_classifier(tflite):
    model = converted(tflite)
    quantised.keep_probabilities(model, "Softmax", KEPT_PROBABILITIES)
    quantised.unsigned_activations(model)
    quantised.four_pixel_stem(model)
    quantised.own_weights(model)
    return rewrites.canonical(model, "image_classifier", {"images": "image", "Softmax": "probabilities"})


RECIPES = {
    recipe.__name__: recipe
    for recipe in (
        face_detector_full_range, face_detector_short_range, face_mesh, face_blendshapes, object_detector,
        hand_detector, image_classifier)
}
