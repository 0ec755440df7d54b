# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT 10.3 to 11 and TensorRT for RTX, through one implementation.

Nothing here imports either before it is asked to: `library` finds the one that is installed.
"""
