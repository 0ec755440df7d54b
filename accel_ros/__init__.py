# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Accel for ROS 2, the onboard part: camera images in, label images and timing out.

Nothing here imports PyTorch, and only the rooms of the node import ROS.
"""

from pkgutil import extend_path

# The messages generated for this package (accel_ros.msg) may live in another folder of the path.
__path__ = extend_path(__path__, __name__)

__version__ = '0.1.0'
