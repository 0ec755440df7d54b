# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Accel offline: the networks, training, evaluation and export. Needs PyTorch, never ROS."""

__version__ = '0.1.0'
