# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Parts of the labels and output files, as a user writes them."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accel_model.evaluate.arguments import Part, output_file, part, plot_file
from accel_model.evaluate.result import EvaluationError


@pytest.mark.parametrize(
    'text, chosen', [('0:25', (0, 25)), ('25:', (25, 50)), (':10', (0, 10)), (':', (0, 50))]
)
def test_parts(text, chosen):
    assert part(text).of(list(range(50))) == list(range(*chosen))


@pytest.mark.parametrize('text', ['', '5', '5:5', '7:2', '-3:', '1:2:3', 'a:b'])
def test_what_is_no_part(text):
    with pytest.raises(argparse.ArgumentTypeError):
        part(text)


@pytest.mark.parametrize('wanted', [Part(0, 51), Part(50), Part(60, 70)])
def test_a_part_that_is_not_there_names_what_is(wanted):
    with pytest.raises(EvaluationError, match=f'{wanted} .*0:50'):
        wanted.of(list(range(50)))


@given(st.text(alphabet='0123456789,-: ax', max_size=12))
def test_any_text_is_read_or_refused(text):
    try:
        part(text)
    except argparse.ArgumentTypeError as error:
        assert '\n' not in str(error)


def test_files_are_refused_before_the_work(tmp_path):
    assert output_file(str(tmp_path / 'report.json')) == tmp_path / 'report.json'
    assert plot_file(str(tmp_path / 'plot.PDF')).name == 'plot.PDF'
    for text in (tmp_path, tmp_path / 'missing' / 'report.json'):
        with pytest.raises(argparse.ArgumentTypeError, match='existing folder'):
            output_file(str(text))
    with pytest.raises(argparse.ArgumentTypeError, match='png'):
        plot_file(str(tmp_path / 'plot.txt'))
