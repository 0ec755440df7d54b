# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Precision written into the graphs: engines that are strongly typed do what the file says."""
