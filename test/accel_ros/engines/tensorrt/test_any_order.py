# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is asked of a camera in whatever order, and whatever fails meanwhile."""

import gc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.bundles import Arithmetic

from accel_ros.errors import EngineError, StateError

cudart = pytest.importorskip('cuda.bindings.runtime', reason='needs cuda-python')
Error = cudart.cudaError_t

FAULTS = {
    'execute_async_v3': (False, 'no luck'),
    'set_tensor_address': (False, 'no luck'),
    'create_execution_context': (None, 'CUDA error: out of memory'),
    'cudaMalloc': Error.cudaErrorMemoryAllocation,
    'cudaMemcpyAsync': Error.cudaErrorInvalidValue,
    'cudaGraphLaunch': Error.cudaErrorLaunchOutOfResources,
    'cudaGraphInstantiate': Error.cudaErrorMemoryAllocation,
    'cudaStreamSynchronize': Error.cudaErrorUnknown,
    'cudaEventRecord': Error.cudaErrorUnknown,
    'cudaStreamWaitEvent': Error.cudaErrorUnknown,
}
CALLS = [
    'keyframe',
    'begin',
    'begin',
    'land',
    'land',
    'abandon',
    'reset',
    'work',
]
CALLS += ['update'] * 6
STEP = st.tuples(
    st.sampled_from(CALLS), st.integers(0, 7), st.sampled_from([None] * 20 + [*FAULTS])
)


class Expected:
    """What a stream has to answer, by arithmetic; `None` where it has to refuse."""

    def __init__(self):
        self.by_hand, self.has_state, self.under_way = Arithmetic(), False, False

    def __call__(self, call, image):
        if call == 'keyframe':
            self.has_state, self.under_way = True, False
            return self.by_hand.keyframe(image)
        if call == 'update':
            return self.by_hand.update(image) if self.has_state else None
        if call == 'begin':
            self.under_way = self.has_state
            return self.by_hand.update(image, begin_keyframe=True) if self.has_state else None
        if call == 'land':
            was, self.under_way = self.under_way, False
            return self.by_hand.land() if was else None
        return self.forget(call)

    def forget(self, call):
        self.under_way = False
        self.has_state = self.has_state and call == 'abandon'

    def refuses(self, call):
        needed = {'update': self.has_state, 'begin': self.has_state}
        return not {**needed, 'land': self.under_way}.get(call, True)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEP, min_size=20, max_size=40))
def test_answers_are_right_errors_are_clear_and_nothing_stays(open_here, gpu, bundle, clip, steps):
    engine = open_here(bundle)
    live, used = +gpu.live, gpu.used
    stream, expected = engine.open_stream(), Expected()
    for call, number, fault in [('keyframe', 0, None), *steps]:
        if call == 'work':
            gpu.work()
            continue
        image = clip[number]
        frame = call in ('keyframe', 'update', 'begin')
        if fault:
            gpu.fault(fault, FAULTS[fault])
        try:
            refuses = expected.refuses(call)
            if call == 'begin':
                answer = stream.update(image, begin_keyframe=True)
            else:
                answer = getattr(stream, call)(*([image] if frame else []))
        except StateError:
            assert refuses
        except EngineError as error:
            assert fault and '\n' not in str(error)
            if frame:  # its memory is undefined now
                stream.reset()
                expected.forget('reset')
            else:
                expected.forget('abandon')
        else:
            assert not refuses
            due = expected(call, image)
            assert not frame or np.array_equal(answer.labels, due)
        gpu.forget_faults()
    stream.close()
    gc.collect()
    assert (+gpu.live, gpu.used) == (live, used)
    engine.close()
