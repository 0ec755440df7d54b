# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Reports: figures, the recommendation, plots, and the page that holds them."""
