# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings through the pipeline of the node, and what its labels are worth."""
