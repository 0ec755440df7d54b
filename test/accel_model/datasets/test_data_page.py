# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The page about data is followed to the letter on a made-up drive."""

from __future__ import annotations

import re
import shlex

import cv2
import numpy as np
import pytest
from support.pictures import write_pixels
from support.shared import REPOSITORY

from accel_model.cli import main
from accel_model.datasets.dataset import DatasetError
from accel_ros.bundle import Bundle
from accel_ros.classes import ClassTable

PAGE = (REPOSITORY / 'docs' / 'data.md').read_text(encoding='utf-8')
HEIGHT, WIDTH = 48, 64
SMALL = ['optimiser.iterations=1', 'optimiser.warmup=0', 'batch=1', 'workers=0']
SMALL += ['data.crop=[64, 96]']


def blocks(language):
    return re.findall(rf'```{language}\n(.*?)```', PAGE, re.DOTALL)


@pytest.fixture
def drive(tmp_path, monkeypatch):
    """A recording of 40 frames in the working folder; every frame is brighter than the last."""
    monkeypatch.chdir(tmp_path)
    writer = cv2.VideoWriter('drive1.avi', cv2.VideoWriter_fourcc(*'MJPG'), 10, (WIDTH, HEIGHT))
    for number in range(40):
        writer.write(np.full((HEIGHT, WIDTH, 3), 6 * number, np.uint8))
    writer.release()
    return tmp_path


def follow(drive):
    """Do the steps 1 to 3; returns the code of step 4."""
    extract, check = blocks('python')
    for split in ('train', 'val'):
        exec(extract.replace('train', split), {})
    (table,) = blocks('yaml')
    (drive / 'yard' / 'classes.yaml').write_text(table)
    for split, numbers in (('train', (4, 34)), ('val', (10,))):
        for number in numbers:
            ids = np.full((HEIGHT, WIDTH), number % 3, np.uint8)
            write_pixels(drive / 'yard' / split / 'labels' / 'drive1' / f'{number:06d}.png', ids)
    return check


def test_the_page_leads_to_samples(drive, capsys):
    check = follow(drive)
    result = {}
    exec(check, result)
    train, val = capsys.readouterr().out.splitlines()
    assert train.startswith("train 2 {'ground': ") and val.startswith('val 1 {')
    images = result['data'].clip(0, 5).images
    assert images.shape == (5, HEIGHT, WIDTH, 3)
    np.testing.assert_allclose(images.mean((1, 2, 3)), 6 * np.arange(6, 11), atol=3)


def test_the_tree_on_the_page_is_the_one_that_is_read(drive):
    follow(drive)
    named = re.findall(r'(?:frames|labels)/drive1/\d+\.png', blocks('text')[0])
    assert len(named) == 2
    for path in named:
        assert (drive / 'yard' / 'train' / path).is_file()


def test_the_check_names_a_mistake(drive):
    check = follow(drive)
    (drive / 'yard' / 'train' / 'frames' / 'drive1' / '000032.png').write_bytes(b'')
    with pytest.raises(DatasetError, match=r'000032\.png is cut off'):
        exec(check, {})


def test_labels_may_be_painted_in_the_colours_of_the_page_s_table(drive):
    check = follow(drive)
    palette = ClassTable.load(drive / 'yard' / 'classes.yaml').palette
    ids = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 3
    path = drive / 'yard' / 'val' / 'labels' / 'drive1' / '000010.png'
    write_pixels(path, palette[ids])
    result = {}
    exec(check, result)
    np.testing.assert_array_equal(result['data'].clip(0).labels, ids)


def test_the_commands_on_the_page_lead_to_a_bundle(drive, capsys):
    """Literally, but with crops and iterations that a test has time for."""
    follow(drive)
    (drive / 'config').symlink_to(REPOSITORY / 'config')
    section = PAGE[PAGE.index('### 5.') : PAGE.index('## CamVid')].replace('\\\n', '')
    commands = re.findall(r'^ +accel-model (.*)$', section, re.MULTILINE)
    for command in commands:
        words = shlex.split(command.replace('360x480', '64x96'))
        assert main(words + (SMALL if words[0] == 'train' else [])) == 0, capsys.readouterr().err
    table = capsys.readouterr().out
    assert 'person' in table and 'accel' in table
    bundle = Bundle.open(drive / 'yard-bundle')
    assert bundle.classes.names == ('ground', 'plant', 'person') and bundle.has_update
