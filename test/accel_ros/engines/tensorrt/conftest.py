# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The TensorRT backend on a simulated GPU."""

from support.simulator.fixtures import gpu, open_here

__all__ = ['gpu', 'open_here']
