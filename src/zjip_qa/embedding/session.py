"""Runs exported graphs on all cores: batches side by side, each of them on one core.

Cores that share one batch wait for each other at every node of the graph, some two hundred times;
cores with a batch each wait once. Batches can be small then, which leaves little padding and keeps
activations in a core's own cache.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

import onnxruntime

_T = TypeVar("_T")
_R = TypeVar("_R")


def start_session(graph: Path) -> onnxruntime.InferenceSession:
    """Load a graph; threads may share the session, and each call runs in its caller's thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def side_by_side(work: Callable[[_T], _R], items: Sequence[_T]) -> list[_R]:
    """Do the same work on each item, on all cores; gives the results in the items' order.

    The threads are the process's, so that callers at once don't start more of them than there are
    cores. `work` must not call this function.
    """
    if len(items) < 2:
        return [work(item) for item in items]
    return list(_pool().map(work, items))


def n_threads() -> int:
    """How many threads encode: ZJIP_QA_THREADS, or as many as there are cores."""
    return int(os.environ.get("ZJIP_QA_THREADS", 0)) or physical_cores()


def physical_cores() -> int:
    """Count the cores that this process may use, two threads of one core counted once."""
    try:
        allowed = os.sched_getaffinity(0)
        topology = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
        return len({Path(topology.format(n)).read_text(encoding="ascii") for n in allowed})
    except (AttributeError, OSError):  # another system than Linux
        return os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(n_threads(), thread_name_prefix="encode")
