# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated GPU: CUDA's runtime and TensorRT that carry data, through host memory.

It proves control flow, buffers, swaps, byte counts and the way back from failures. It says
nothing of a GPU's numerics or speed. Nothing runs before somebody waits for it, as on a GPU, so
an answer that is read too early is wrong here, too.
"""
