"""Where a training stands, by steps and by the clock."""

import math

import pytest

from whorl.lab.training.pace import Pace
from whorl.lab.training.schedule import Schedule, Stretch, learning_rate


def test_the_learning_rate_warms_up_and_follows_a_cosine():
    assert learning_rate(0.0, 2.0, 0.2) == 0
    assert learning_rate(0.1, 2.0, 0.2) == pytest.approx(1.0)
    assert learning_rate(0.2, 2.0, 0.2) == pytest.approx(2.0)
    assert learning_rate(0.4, 2.0, 0.2) == pytest.approx(1 + math.cos(math.pi / 4))
    assert learning_rate(1.0, 2.0, 0.2) == pytest.approx(0.0)
    assert learning_rate(0.0, 2.0, 0.0) == 2.0


def test_a_schedule_of_epochs_is_one_straight_line():
    schedule = Schedule([Stretch(0, 0.0, 200)])
    assert [schedule.progress(step) for step in (0, 50, 200)] == [0, 0.25, 1]


class Clock:
    """Seconds that pass when told to."""

    now = 100.0

    def __call__(self):
        return self.now


def simulate(seconds, pace_at, pauses=()):
    """Run a training by the clock; return the seconds it took, its last progress, and its plans."""
    clock = Clock()
    pace, schedule, step = Pace(seconds, 0.0, 0, clock), Schedule([Stretch(0, 0.0, 10**9)]), 0
    waiting = list(pauses)
    while step < schedule.end:
        plan = pace.replanned(step, reserve=sum(pause for _, pause in waiting))
        if plan is not None:
            schedule.replan(plan)
        clock.now += 1 / pace_at(clock.now - 100)
        step += 1
        if waiting and clock.now - 100 > waiting[0][0]:
            pause = waiting.pop(0)[1]
            clock.now += pause
            pace.skip(pause)
    return clock.now - 100, schedule.progress(step), schedule.stretches


@pytest.mark.parametrize(
    "pace_at",
    [lambda t: 5.0, lambda t: 1.0 if t < 20 else 8.0, lambda t: 3.0 if int(t) % 400 < 200 else 1.0],
    ids=["even", "slow first", "shared machine"],
)
def test_a_training_of_minutes_ends_on_time_with_its_learning_rate_spent(pace_at):
    took, progress, plans = simulate(1800.0, pace_at, pauses=[(700, 25.0)])
    assert took == pytest.approx(1800, rel=0.01)
    assert progress == pytest.approx(1.0)
    assert all(0 <= plan.progress <= 1 and plan.end > plan.start for plan in plans)
    for plan in plans[1:]:
        # The share of steps may be off where the pace changes; the share of time never is.
        assert plan.progress <= 1


def test_a_slow_first_step_does_no_lasting_harm():
    _, _, plans = simulate(3600.0, lambda t: 0.1 if t < 30 else 5.0)
    reached = [plan.progress for plan in plans if plan.start < 300]
    assert max(reached) < 0.06


def test_time_spent_by_earlier_runs_counts():
    clock = Clock()
    pace = Pace(100.0, 90.0, 40, clock)
    clock.now += 9
    plan = pace.replanned(49, reserve=0.0)
    assert (plan.start, plan.progress, plan.end) == (49, pytest.approx(0.99), 50)
