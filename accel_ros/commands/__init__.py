# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The sub-commands of `accel-ros`: one module each, with `add_parser` and `run`."""
