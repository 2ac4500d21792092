"""Rewrites an ONNX encoder so that its linear layers multiply 8-bit integers.

Weights are rounded per output column. Activations after a layer normalisation or an attention
have a steady range, but a few channels ten times the others: each channel is divided by a
constant that the weights take over (SmoothQuant: Xiao et al., ICML 2023), then all are rounded
with one constant scale. The output of GELU varies from token to token, so each token gets the
scale of its largest value. Either way a text's result doesn't depend on the texts in its batch,
which onnxruntime's own dynamic quantisation, one scale a batch, doesn't give.

Attention, normalisation and sums stay in float32. Nothing is trained here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper

# How much of an outlying channel the weights take over: 0 nothing, 1 all of it.
_SMOOTHING = 0.7
_LARGEST_WEIGHT = 127
_LEVELS = 255
# GELU is at least -0.16998; shifted by this it is never negative and uses all eight bits.
_GELU_SHIFT = 0.17
_MICROSOFT = "com.microsoft"


@dataclass(frozen=True, slots=True)
class Range:
    """Smallest and largest value seen in each channel, both (n_channels,)."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]


def activation_ranges(
    model: onnx.ModelProto, feeds: Iterable[Mapping[str, NDArray[np.generic]]]
) -> dict[str, Range]:
    """Run a float model and note the range of what goes into its linear layers.

    Args:
        model: as `quantise` takes it.
        feeds: inputs by name, `attention_mask` (n, length) among them; padding isn't counted.
    """
    watched = list(dict.fromkeys(layer.input[0] for layer in _linear_layers(model.graph)))
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.graph.output.extend(
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in watched
    )
    session = onnxruntime.InferenceSession(copy.SerializeToString())
    ranges: dict[str, Range] = {}
    for feed in feeds:
        inside = feed["attention_mask"].astype(bool)
        for name, values in zip(watched, session.run(watched, feed), strict=True):
            rows = values[inside]
            before = ranges.get(name, Range(rows[0], rows[0]))
            ranges[name] = Range(
                np.minimum(before.low, rows.min(axis=0)), np.maximum(before.high, rows.max(axis=0))
            )
    return ranges


def quantise(model: onnx.ModelProto, ranges: Mapping[str, Range]) -> onnx.ModelProto:
    """Replace every linear layer (MatMul by a constant, Add a constant) by its int8 twin.

    Args:
        model: float32, opset 21 or later, GELU as one node.
        ranges: from `activation_ranges`.

    Returns:
        A model with the same inputs and outputs, for onnxruntime alone.
    """
    rewriting = _Rewriting(model.graph, ranges)
    nodes = [new for node in model.graph.node for new in rewriting.rewrite(node)]
    used = {name for node in nodes for name in node.input}
    constants = [*model.graph.initializer, *rewriting.constants.values()]
    graph = helper.make_graph(
        nodes,
        model.graph.name,
        model.graph.input,
        model.graph.output,
        [constant for constant in constants if constant.name in used],
    )
    opsets = [*model.opset_import, helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=model.ir_version)


def dequantise(
    model: onnx.ModelProto,
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """What the integers of a model made by `quantise` stand for.

    Returns:
        Weight (n_in, n_out) and bias (n_out,) of each linear layer, by the name that the bias had.
    """
    values = {c.name: numpy_helper.to_array(c) for c in model.graph.initializer}
    layers = {}
    for node in model.graph.node:
        if node.op_type != "MatMulIntegerToFloat":
            continue
        activation, integers, scale, bias = (node.input[i] for i in (0, 1, 3, -1))
        weight = values[integers] * values[scale]
        if bias:
            smoothing = values[activation.removesuffix("_int8") + "_smoothing"]
            layers[bias] = weight * smoothing[:, None], values[bias]
        else:
            # Scaled by the token, then the bias, which has taken over the shift, is added.
            (scaled,) = _readers(model.graph, node.output[0])
            (added,) = _readers(model.graph, scaled.output[0])
            (shifted,) = (name for name in added.input if name in values)
            whole = values[shifted] + _GELU_SHIFT * weight.sum(axis=0)
            layers[shifted.removesuffix("_shifted")] = weight, whole
    return layers


def _readers(graph: onnx.GraphProto, name: str) -> list[onnx.NodeProto]:
    return [node for node in graph.node if name in node.input]


class _Rewriting:
    """One pass over a graph; `constants` gathers what the new nodes need."""

    def __init__(self, graph: onnx.GraphProto, ranges: Mapping[str, Range]) -> None:
        self.constants: dict[str, onnx.TensorProto] = {}
        self._ranges = ranges
        self._values = {c.name: c for c in graph.initializer}
        self._layers = {layer.output[0]: layer for layer in _linear_layers(graph)}
        self._after_gelu = {n.output[0] for n in graph.node if n.op_type == "Gelu"}
        self._divisors: dict[str, NDArray[np.float32]] = {}
        self._constant("one", np.float32(1))
        self._constant("zero", np.uint8(0))
        self._constant("gelu_shift", np.float32(_GELU_SHIFT))
        self._constant("a_level", np.float32(1 / _LEVELS))
        self._constant("last_axis", np.array([-1], np.int64))

    def rewrite(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """Give the nodes that take this one's place."""
        if node.output[0] in self._layers:
            activation = node.input[0]
            if activation in self._after_gelu:
                return [*self._by_token(activation), *self._product_by_token(node)]
            return self._by_constants(activation)  # the product comes with the Add
        layer = next((self._layers[name] for name in node.input if name in self._layers), None)
        if layer is None:
            return [node]
        bias = node.input[1] if node.input[0] == layer.output[0] else node.input[0]
        if layer.input[0] in self._after_gelu:
            return [self._bias_without_shift(node, layer, bias)]
        return [self._product(layer, bias, node.output[0])]

    def _by_constants(self, x: str) -> list[onnx.NodeProto]:
        """Round an activation of steady range, once for all layers that read it."""
        if x in self._divisors:
            return []
        seen = self._ranges[x]
        channels = np.maximum(np.maximum(seen.high, -seen.low), 1e-6)
        readers = [layer for layer in self._layers.values() if layer.input[0] == x]
        weights = np.max([np.abs(self._weight(layer)).max(axis=1) for layer in readers], axis=0)
        divisor = channels**_SMOOTHING / np.maximum(weights, 1e-6) ** (1 - _SMOOTHING)
        low, high = min((seen.low / divisor).min(), 0), max((seen.high / divisor).max(), 0)
        scale = (high - low) / _LEVELS
        self._divisors[x] = divisor
        self._constant(f"{x}_smoothing", (1 / divisor).astype(np.float32))
        self._constant(f"{x}_scale", np.float32(scale))
        self._constant(f"{x}_zero", np.uint8(np.round(-low / scale)))
        return [
            helper.make_node("Mul", [x, f"{x}_smoothing"], [f"{x}_smooth"]),
            helper.make_node(
                "QuantizeLinear", [f"{x}_smooth", f"{x}_scale", f"{x}_zero"], [f"{x}_int8"]
            ),
        ]

    def _product(self, layer: onnx.NodeProto, bias: str, output: str) -> onnx.NodeProto:
        x, weight = layer.input
        self._round(layer, self._weight(layer) * self._divisors[x][:, None])
        return helper.make_node(
            "MatMulIntegerToFloat",
            [f"{x}_int8", f"{weight}_int8", f"{x}_scale", f"{weight}_scale", f"{x}_zero", "", bias],
            [output],
            domain=_MICROSOFT,
        )

    def _by_token(self, x: str) -> list[onnx.NodeProto]:
        """Round an activation by the largest value of each token."""
        return [
            helper.make_node("Add", [x, "gelu_shift"], [f"{x}_shifted"]),
            helper.make_node("ReduceMax", [f"{x}_shifted", "last_axis"], [f"{x}_most"], keepdims=1),
            helper.make_node("Mul", [f"{x}_most", "a_level"], [f"{x}_scale"]),
            helper.make_node("Div", [f"{x}_shifted", f"{x}_scale"], [f"{x}_scaled"]),
            helper.make_node("QuantizeLinear", [f"{x}_scaled", "one", "zero"], [f"{x}_int8"]),
        ]

    def _product_by_token(self, layer: onnx.NodeProto) -> list[onnx.NodeProto]:
        x, weight = layer.input
        self._round(layer, self._weight(layer))
        unscaled = f"{layer.output[0]}_unscaled"
        return [
            helper.make_node(
                "MatMulIntegerToFloat",
                [f"{x}_int8", f"{weight}_int8", "one", f"{weight}_scale", "zero", ""],
                [unscaled],
                domain=_MICROSOFT,
            ),
            helper.make_node("Mul", [unscaled, f"{x}_scale"], [layer.output[0]]),
        ]

    def _bias_without_shift(
        self, add: onnx.NodeProto, layer: onnx.NodeProto, bias: str
    ) -> onnx.NodeProto:
        """Take off the bias what the shift of the activation has added to the product."""
        rounded = self._round(layer, self._weight(layer))
        shifted = numpy_helper.to_array(self._values[bias]) - _GELU_SHIFT * rounded.sum(axis=0)
        self._constant(f"{bias}_shifted", shifted.astype(np.float32))
        return helper.make_node("Add", [layer.output[0], f"{bias}_shifted"], add.output)

    def _round(self, layer: onnx.NodeProto, weight: NDArray[np.float32]) -> NDArray[np.float32]:
        """Store a layer's weights as integers with a scale a column; gives what they stand for."""
        name = layer.input[1]
        # Processors without VNNI add the products of two neighbours in 16 bits, where 255 times
        # a sum of weights above 128 overflows. One limit for both keeps every machine exact.
        positive, negative = np.maximum(weight, 0), np.maximum(-weight, 0)
        largest = np.maximum(
            (positive[::2] + positive[1::2]).max(axis=0),
            (negative[::2] + negative[1::2]).max(axis=0),
        )
        scale = np.maximum(largest, 1e-12) / _LARGEST_WEIGHT
        integers = np.round(weight / scale).astype(np.int8)
        self._constant(f"{name}_int8", integers)
        self._constant(f"{name}_scale", scale.astype(np.float32))
        stand_for: NDArray[np.float32] = integers * scale.astype(np.float32)
        return stand_for

    def _weight(self, layer: onnx.NodeProto) -> NDArray[np.float32]:
        weight: NDArray[np.float32] = numpy_helper.to_array(self._values[layer.input[1]])
        return weight

    def _constant(self, name: str, value: object) -> None:
        self.constants[name] = numpy_helper.from_array(np.asarray(value), name)


def _linear_layers(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    constants = {constant.name for constant in graph.initializer}
    return [n for n in graph.node if n.op_type == "MatMul" and n.input[1] in constants]
