# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""ONNX files as graphs that can be rewritten, and back."""

from __future__ import annotations

from pathlib import Path

import onnx
import onnx_ir as ir
from onnx import shape_inference

from accel_model.export.onnx_file import write_model
from accel_ros.bundle import GraphSpec


def read_graph(path: Path) -> ir.Model:
    """Read a file; all its values have types and shapes."""
    model = shape_inference.infer_shapes(onnx.load(path), strict_mode=True, data_prop=True)
    return ir.from_proto(model)


def write_graph(model: ir.Model, path: Path) -> GraphSpec:
    """Check a model and write it; returns the file's tensors."""
    return write_model(ir.to_proto(model), path)


def content(model: ir.Model) -> bytes:
    """Return what the file of a model would hold."""
    return ir.to_proto(model).SerializeToString()
