"""Generations are named by the time of their build; their order is right also where the clock was put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

import pytest
from conftest import Refresh, Write

from index.generations.generation import IndexFolder, open_current
from index.generations.inspection import check_index

FERRY = "The ferry stays, Mayor Adela Brandvold said.\n"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put the clock to a time."""

    def put(time: str) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # noqa: ARG003  (as it is called)
                return datetime.fromisoformat(time).replace(tzinfo=UTC)

        monkeypatch.setattr("index.generations.sealing.datetime", Clock)

    return put


@pytest.fixture
def built(refresh: Refresh, articles: Write, clock: Callable[[str], None]) -> Callable[[str], str]:
    """Build at a time, with an article more than before."""

    def build(time: str) -> str:
        clock(time)
        return refresh(articles({f"{time[:4]}-{time[-2:]}.txt": FERRY + time})).generation

    return build


def test_the_one_in_force_and_the_one_before_it_are_kept(index: IndexFolder, built: Callable[[str], str]) -> None:
    _, second, third = built("2031-01-01T10:00:00"), built("2031-01-01T09:00:00"), built("2030-12-31T23:59:59")
    assert index.names() == [third, second]
    assert index.current() == third
    assert all(finding.good for finding in check_index(index))


@pytest.mark.parametrize("name", ["CURRENT", "manifest.json"])
def test_damage_is_answered_for_by_the_newest_that_is_good(
    index: IndexFolder, built: Callable[[str], str], name: str
) -> None:
    first, second = built("2031-01-01T10:00:00"), built("2031-01-01T09:00:00")
    if name == "CURRENT":
        (index.path / name).unlink()
    else:
        (index.generations / second / name).write_text("damaged")
    assert open_current(index, lambda _: None).name == (second if name == "CURRENT" else first)


def test_the_time_goes_on_from_the_newest_name(built: Callable[[str], str]) -> None:
    names = [built("2031-01-01T10:00:00"), built("2031-01-01T09:00:00"), built("2031-01-01T10:00:01")]
    assert [name.partition("-")[0] for name in names] == [
        "20310101T100000.000000Z",
        "20310101T100000.000001Z",
        "20310101T100001.000000Z",
    ]


@pytest.mark.parametrize("time", ["99991231T235959.999999Z", "99999999T999999Z", "20310101T100000Z"])
def test_a_name_that_no_clock_can_follow_ends_no_build(
    index: IndexFolder, built: Callable[[str], str], time: str
) -> None:
    (index.generations / f"{time}-{'0' * 64}").mkdir(parents=True)
    name = built("2031-01-01T10:00:00")
    assert index.current() == name
    assert all(finding.good for finding in check_index(index))
