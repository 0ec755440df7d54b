# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Training: one loop, and one module for every task (frame, flow, clip)."""
