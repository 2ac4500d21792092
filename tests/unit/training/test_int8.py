"""The int8 twin of a small network: near the float one, the same on every processor and batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

pytest.importorskip("onnx", reason="the extra `train` isn't installed")

import onnx
from onnx import helper, numpy_helper

from zjip_qa.training.int8 import activation_ranges, dequantise, quantise

WIDTH, HIDDEN = 16, 32
draw = np.random.default_rng(0)
# One channel is twenty times the others, as in a trained encoder.
INPUT = (draw.normal(size=(6, 5, WIDTH)) * ([20] + [1] * (WIDTH - 1))).astype(np.float32)
MASK = np.ones((6, 5), dtype=np.int64)


@pytest.fixture(scope="module")
def network() -> onnx.ModelProto:
    """Linear, GELU, linear: (n, length, 16) to (n, length, 16)."""
    constants = {
        "w1": draw.normal(size=(WIDTH, HIDDEN)) / 4,
        "b1": draw.normal(size=HIDDEN),
        "w2": draw.normal(size=(HIDDEN, WIDTH)) / 6,
        "b2": draw.normal(size=WIDTH),
    }
    nodes = [
        helper.make_node("MatMul", ["word_embeddings", "w1"], ["m1"]),
        helper.make_node("Add", ["m1", "b1"], ["a1"]),
        helper.make_node("Gelu", ["a1"], ["g"]),
        helper.make_node("MatMul", ["g", "w2"], ["m2"]),
        helper.make_node("Add", ["b2", "m2"], ["out"]),
    ]
    shape: list[str | int | None] = ["n", "length", WIDTH]
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name in ("word_embeddings", "out")
    ]
    mask = helper.make_tensor_value_info("attention_mask", onnx.TensorProto.INT64, shape[:2])
    kept = [numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()]
    graph = helper.make_graph(nodes, "network", [ends[0], mask], [ends[1]], kept)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


@pytest.fixture(scope="module")
def twin(network: onnx.ModelProto) -> onnx.ModelProto:
    feeds: list[dict[str, NDArray[Any]]] = [
        {"word_embeddings": INPUT[:4], "attention_mask": MASK[:4]}
    ]
    return quantise(network, activation_ranges(network, feeds))


def run(model: onnx.ModelProto, values: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    feeds = {"word_embeddings": values, "attention_mask": MASK[: len(values)]}
    found: NDArray[np.float32] = session.run(None, feeds)[0]
    return found


def test_it_stays_near_the_float_network(network: onnx.ModelProto, twin: onnx.ModelProto) -> None:
    expected, found = run(network, INPUT), run(twin, INPUT)
    error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
    assert 0 < error < 0.02


def test_a_row_does_not_depend_on_its_batch(twin: onnx.ModelProto) -> None:
    together = run(twin, INPUT)
    alone = np.concatenate([run(twin, INPUT[i : i + 1]) for i in range(len(INPUT))])
    np.testing.assert_allclose(alone, together, rtol=1e-6, atol=1e-6)


def test_neighbouring_products_fit_sixteen_bits(twin: onnx.ModelProto) -> None:
    weights = [
        numpy_helper.to_array(constant).astype(int)
        for constant in twin.graph.initializer
        if constant.data_type == onnx.TensorProto.INT8
    ]
    assert [w.shape for w in weights] == [(WIDTH, HIDDEN), (HIDDEN, WIDTH)]
    for weight in weights:
        for sign in (1, -1):
            part = np.maximum(sign * weight, 0)
            assert 255 * (part[::2] + part[1::2]).max() < 2**15
        assert np.abs(weight).max() > 64  # and eight bits are used
    assert {node.op_type for node in twin.graph.node} >= {"MatMulIntegerToFloat", "QuantizeLinear"}
    assert "MatMul" not in {node.op_type for node in twin.graph.node}


def test_padding_is_left_out_of_the_ranges(network: onnx.ModelProto) -> None:
    padded, mask = INPUT.copy(), MASK.copy()
    padded[:, 3:] = 1e6
    mask[:, 3:] = 0
    ranges = activation_ranges(network, [{"word_embeddings": padded, "attention_mask": mask}])
    np.testing.assert_array_equal(ranges["word_embeddings"].low, INPUT[:, :3].min(axis=(0, 1)))
    np.testing.assert_array_equal(ranges["word_embeddings"].high, INPUT[:, :3].max(axis=(0, 1)))


def test_integers_stand_for_the_weights(network: onnx.ModelProto, twin: onnx.ModelProto) -> None:
    own = {c.name: numpy_helper.to_array(c) for c in network.graph.initializer}

    layers = dequantise(twin)

    assert sorted(layers) == ["b1", "b2"]
    for number in "12":
        weight, bias = layers[f"b{number}"]
        expected = own[f"w{number}"]
        assert np.linalg.norm(weight - expected) < 0.02 * np.linalg.norm(expected)
        np.testing.assert_allclose(bias, own[f"b{number}"], atol=1e-4)
