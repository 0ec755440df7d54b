# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Engines: a bundle's graphs, ready to run."""

from accel_ros.engines.protocol import Engine, Prediction, Stream
from accel_ros.engines.select import BACKENDS, open_engine

__all__ = ['BACKENDS', 'Engine', 'Prediction', 'Stream', 'open_engine']
