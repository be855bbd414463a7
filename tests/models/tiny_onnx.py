"""Writes tiny ONNX graphs as bytes, with nothing but the wire format of protocol buffers.

Field numbers are those of `onnx.proto3` (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto). Only what the
tests need: float, int64 and uint8 tensors, attributes that are int, float or a list of ints.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from mattework.arrays import AnyArray

FLOAT, UINT8, INT64 = 1, 2, 7
Attribute: TypeAlias = "int | float | Sequence[int]"
Shape: TypeAlias = "Sequence[int | str]"


@dataclass(frozen=True)
class Tensor:
    """An input or output of the graph; a text in the shape is a free dimension."""

    name: str
    shape: Shape
    kind: int = FLOAT


@dataclass(frozen=True)
class Node:
    op: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


def write_model(
    nodes: Sequence[Node],
    inputs: Sequence[Tensor],
    outputs: Sequence[Tensor],
    constants: Mapping[str, AnyArray] | None = None,
) -> bytes:
    """A ModelProto of IR version 8, opset 17."""
    graph = b"".join(_block(1, _node(node)) for node in nodes) + _text(2, "g")
    graph += b"".join(_block(5, _constant(name, array)) for name, array in (constants or {}).items())
    graph += b"".join(_block(11, _value(tensor)) for tensor in inputs)
    graph += b"".join(_block(12, _value(tensor)) for tensor in outputs)
    return _number(1, 8) + _block(7, graph) + _block(8, _number(2, 17))


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(tag: int, value: int) -> bytes:
    return _varint(tag << 3) + _varint(value)


def _block(tag: int, payload: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(payload)) + payload


def _text(tag: int, value: str) -> bytes:
    return _block(tag, value.encode())


def _node(node: Node) -> bytes:
    body = b"".join(_text(1, name) for name in node.inputs) + b"".join(
        _text(2, name) for name in node.outputs
    )
    body += _text(4, node.op)
    for name, value in node.attributes.items():
        if isinstance(value, int):
            content = _number(3, value) + _number(20, 2)
        elif isinstance(value, float):
            content = _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
        else:
            content = b"".join(_number(8, one) for one in value) + _number(20, 7)
        body += _block(5, _text(1, name) + content)
    return body


def _constant(name: str, array: AnyArray) -> bytes:
    kind = {"float32": FLOAT, "int64": INT64, "uint8": UINT8}[array.dtype.name]
    dims = b"".join(_number(1, side) for side in array.shape)
    return dims + _number(2, kind) + _text(8, name) + _block(9, np.ascontiguousarray(array).tobytes())


def _value(tensor: Tensor) -> bytes:
    dims = b"".join(
        _block(1, _text(2, side) if isinstance(side, str) else _number(1, side)) for side in tensor.shape
    )
    return _text(1, tensor.name) + _block(2, _block(1, _number(1, tensor.kind) + _block(2, dims)))
