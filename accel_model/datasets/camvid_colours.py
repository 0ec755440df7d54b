# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The colours of CamVid's 32 classes by the 11 classes that it is usually evaluated on.

The colours are those of CamVid's own `label_colors.txt`. The grouping is the one in general use
since SegNet; MATLAB's examples have it as `camvidPixelLabelIDs`.
"""

from __future__ import annotations

COLOURS = {
    'sky': ((128, 128, 128),),
    'building': (
        (128, 0, 0),  # Building
        (64, 192, 0),  # Wall
        (0, 128, 64),  # Bridge
        (64, 0, 64),  # Tunnel
        (192, 0, 128),  # Archway
    ),
    'pole': (
        (192, 192, 128),  # Column_Pole
        (0, 0, 64),  # TrafficCone
    ),
    'road': (
        (128, 64, 128),  # Road
        (128, 0, 192),  # LaneMkgsDriv
        (192, 0, 64),  # LaneMkgsNonDriv
    ),
    'pavement': (
        (0, 0, 192),  # Sidewalk
        (64, 192, 128),  # ParkingBlock
        (128, 128, 192),  # RoadShoulder
    ),
    'tree': (
        (128, 128, 0),  # Tree
        (192, 192, 0),  # VegetationMisc
    ),
    'sign symbol': (
        (192, 128, 128),  # SignSymbol
        (128, 128, 64),  # Misc_Text
        (0, 64, 64),  # TrafficLight
    ),
    'fence': ((64, 64, 128),),
    'car': (
        (64, 0, 128),  # Car
        (64, 128, 192),  # SUVPickupTruck
        (192, 128, 192),  # Truck_Bus
        (192, 64, 128),  # Train
        (128, 64, 64),  # OtherMoving
    ),
    'pedestrian': (
        (64, 64, 0),  # Pedestrian
        (192, 128, 64),  # Child
        (64, 0, 192),  # CartLuggagePram
        (64, 128, 64),  # Animal
    ),
    'bicyclist': (
        (0, 128, 192),  # Bicyclist
        (192, 0, 192),  # MotorcycleScooter
    ),
}
VOID = (0, 0, 0)
