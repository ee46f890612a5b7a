"""What hostile input may cost, without a clock: steps that grow as the input does, and no hanging."""

import faulthandler
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

#: Twice the input may take twice the steps, and what is done once for the whole.
GROWTH, ONCE = 2.1, 2_000
#: Seconds after which whatever still runs hangs; every case takes less than one.
HANGING = 120


def steps(act: Callable[[], object]) -> int:
    """How many lines of Python run in `act`."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def grows_with_its_input(act: Callable[[int], object], size: int) -> None:
    """Fails when twice as much input costs more than twice as many steps."""
    act(size)  # what is loaded once is loaded
    small, large = steps(lambda: act(size)), steps(lambda: act(2 * size))
    assert large <= GROWTH * small + ONCE, (small, large)


@contextmanager
def without_hanging() -> Iterator[None]:
    """Ends the test process when what is inside never ends: what runs in C has no steps to count."""
    faulthandler.dump_traceback_later(HANGING, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
