"""What is known and what is asked: nothing is both, and every answer is the right one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from whorl.evaluation.draws import queries
from whorl.evaluation.sets import SetPlace
from whorl.evaluation.trials import plan


@dataclass(frozen=True)
class ASet:
    place: SetPlace
    count: int = 40

    def __len__(self):
        return self.count

    @property
    def name(self):
        return self.place.name

    @property
    def keys(self):
        return np.arange(self.count)[:, None].view(np.uint8)


def sets(*names, count=40):
    return [ASet(SetPlace(*name.split("/"), Path(name)), count) for name in names]


FACES = sets("f/gan/1", "f/gan/2", "f/gan/3", "f/vae/1", "f/ddpm/1", "f/ddpm/2")
DIGITS = sets("d/gan/1", "d/flow/1")


def test_new_pictures_halves_every_set_anew_for_each_split():
    held = plan("new-pictures", FACES, splits=3, seed=0)
    assert len(held.trials) == 3
    for trial in held.trials:
        assert set(trial.known) == set(trial.queries) == {each.name for each in FACES}
        for name in trial.known:
            assert sorted([*trial.known[name], *trial.queries[name]]) == list(range(40))
            assert trial.truth[name] == trial.classes[name] == name
    first, second = (trial.known["f/gan/1"].tolist() for trial in held.trials[:2])
    assert first != second
    again = plan("new-pictures", FACES, splits=3, seed=0)
    assert again.trials[0].known["f/gan/1"].tolist() == first


def test_new_run_leaves_out_one_run_of_every_architecture_that_has_several():
    held = plan("new-run", FACES, splits=3, seed=0)
    asked = [set(trial.queries) for trial in held.trials]
    assert asked == [{"f/gan/1", "f/ddpm/1"}, {"f/gan/2", "f/ddpm/2"}, {"f/gan/3"}]
    for trial in held.trials:
        assert not set(trial.known) & set(trial.queries)
        assert set(trial.known) | set(trial.queries) == {each.name for each in FACES}
        assert trial.truth == {name: name.split("/")[1] for name in trial.queries}
    assert [(each.names, each.sizes) for each in held.not_run] == [(("f/vae/1",), ())]


def test_another_data_set_asks_for_architectures_known_elsewhere():
    held = plan("other-data-set", FACES + DIGITS, splits=1, seed=0, same={"flow": "ddpm"})
    by_data = {next(iter(trial.queries))[0]: trial for trial in held.trials}
    assert set(by_data["d"].queries) == {"d/gan/1", "d/flow/1"}
    assert by_data["d"].truth["d/flow/1"] == "ddpm"
    assert set(by_data["f"].queries) == {each.name for each in FACES} - {"f/vae/1"}
    assert set(by_data["f"].known) == {"d/gan/1", "d/flow/1"}
    assert [each.names for each in held.not_run] == [("f/vae/1",)]


def test_every_architecture_is_unknown_once_per_split():
    held = plan("unknown-architecture", FACES + DIGITS, splits=2, seed=0)
    for split in (0, 1):
        trials = [trial for trial in held.trials if trial.split // 3 == split]
        unknown = [name for trial in trials for name, truth in trial.truth.items() if truth is None]
        assert sorted(unknown) == sorted(each.name for each in FACES + DIGITS)
        for trial in trials:
            assert {trial.classes[name] for name in trial.known} == {t for t in trial.truth.values() if t}
            assert not any(trial.truth[name] is None for name in trial.known)
            for name in trial.known:
                assert not set(trial.known[name]) & set(trial.queries[name])


@pytest.mark.parametrize(
    ("task", "given", "why"),
    [
        ("new-run", sets("f/gan/1", "f/vae/1"), "no architecture has more than one run"),
        ("other-data-set", FACES, "one data set"),
        ("unknown-architecture", sets("f/gan/1", "f/vae/1"), "fewer than three architectures"),
    ],
)
def test_what_cannot_be_tried_is_said(task, given, why):
    held = plan(task, given, splits=1, seed=0)
    assert held.trials == ()
    assert why in held.not_run[-1].why


def test_sets_too_small_to_be_halved_are_listed():
    held = plan("new-pictures", FACES + sets("f/tiny/1", count=19), splits=1, seed=0)
    assert [(each.names, "19 pictures" in each.why) for each in held.not_run] == [(("f/tiny/1",), True)]
    assert "f/tiny/1" not in held.trials[0].known


def test_queries_are_the_same_for_everyone_and_differ_by_draw_set_and_size():
    rows = np.arange(100, 160)
    first = [draw.tolist() for _, draw in queries(rows, 25, draws=4, seed=0, name="a")]
    assert first == [draw.tolist() for _, draw in queries(rows, 25, draws=4, seed=0, name="a")]
    assert len({tuple(draw) for draw in first}) == 4
    for other in ({"name": "b", "seed": 0}, {"name": "a", "seed": 1}):
        assert [draw.tolist() for _, draw in queries(rows, 25, draws=4, **other)] != first
    for draw in first:
        assert len(set(draw)) == 25
        assert set(draw) <= set(rows)


def test_each_single_picture_is_asked_once_and_known_again_by_its_number():
    rows = np.array([4, 9, 2])
    asked = [(draw, chosen.tolist()) for draw, chosen in queries(rows, 1, draws=20, seed=0, name="a")]
    assert asked == [(4, [4]), (9, [9]), (2, [2])]


def test_all_pictures_are_one_query_and_more_are_none():
    rows = np.arange(30)
    ((_, only),) = queries(rows, 30, draws=5, seed=0, name="a")
    assert sorted(only) == list(range(30))
    assert list(queries(rows, 31, draws=5, seed=0, name="a")) == []


def test_copies_of_a_picture_are_on_one_side():
    """One picture in four copies, and the same again: recognising a copy is no achievement."""

    class Copied(ASet):
        keys = (np.arange(40) // 4)[:, None].view(np.uint8)

    place = SetPlace("f", "gan", "1", Path("f/gan/1"))
    trial = plan("new-pictures", [Copied(place), *sets("f/ddpm/1")], splits=1, seed=0).trials[0]
    known, asked = ({int(row) // 4 for row in rows["f/gan/1"]} for rows in (trial.known, trial.queries))
    assert known
    assert asked
    assert not known & asked
