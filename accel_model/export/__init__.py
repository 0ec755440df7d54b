# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Export: the bundle that the robot runs, made from a trained network."""
