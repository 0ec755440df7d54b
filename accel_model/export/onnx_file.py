# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Write a module as an ONNX file of fixed shapes, small and the same every time."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import onnx.utils
import torch
from onnx_ir.passes.common import DeduplicateInitializersPass
from onnxscript.optimizer import optimize_ir
from torch import Tensor, nn

from accel_ros.bundle import GraphSpec, TensorSpec

OPSET = 18
_NO_LIMIT = 1 << 40


def write_graph(
    module: nn.Module, inputs: Mapping[str, Tensor], outputs: Sequence[str], path: Path
) -> GraphSpec:
    """
    Export a module and return the file's tensors as the bundle's manifest lists them.

    :param inputs: an example of every input, by name, in the order of `forward`
    :param outputs: names of what `forward` returns
    """
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')
        logging.getLogger('torch.onnx').setLevel(logging.ERROR)
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            dynamo=True,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
            optimize=False,
            verbose=False,
        )
    assert program is not None
    optimize_ir(program.model, input_size_limit=_NO_LIMIT, output_size_limit=_NO_LIMIT)
    DeduplicateInitializersPass(_NO_LIMIT)(program.model)  # the grids of all warps are the same
    return write_model(program.model_proto, path)


def cut_graph(
    source: Path, inputs: Sequence[str], outputs: Sequence[str], path: Path
) -> GraphSpec:
    """Write the part of a file that leads from some of its values to others."""
    model = onnx.shape_inference.infer_shapes(onnx.load(source), data_prop=True)
    extractor = onnx.utils.Extractor(model)
    return write_model(extractor.extract_model(list(inputs), list(outputs)), path)


def write_model(model: onnx.ModelProto, path: Path) -> GraphSpec:
    """Check a model and write it without traces of its making; returns the file's tensors."""
    _strip(model)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return GraphSpec(path.name, _specs(model.graph.input), _specs(model.graph.output))


def _strip(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes about the machine and the sources it ran from."""
    graph = model.graph
    for item in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        del item.metadata_props[:]
        item.doc_string = ''
    del graph.value_info[:]
    del model.functions[:]


def _specs(values: Sequence[onnx.ValueInfoProto]) -> tuple[TensorSpec, ...]:
    specs = []
    for value in values:
        tensor = value.type.tensor_type
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        shape = tuple(axis.dim_value for axis in tensor.shape.dim)
        specs.append(TensorSpec(value.name, str(dtype), shape))
    return tuple(specs)
