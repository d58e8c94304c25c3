"""The filter language, without a window."""

import pytest

from simulator.feed import FeedBatch
from simulator.jobs.model import JobStatus as S
from simulator.transport.base import Link
from tests.support.gui import counters_of, snapshot
from ui.fleet_filter import FilterError, parse, with_statuses
from ui.fleet_store import FleetStore

THINGS = (
    snapshot(
        "pump-1", S.FAILED, version=5, progress=73, firmware="2.3.1", scenario="fail", details="checksum mismatch"
    ),
    snapshot(
        "pump-2", S.IN_PROGRESS, version=3, progress=10, firmware="2.10.0", scenario="flaky-download", step="verify"
    ),
    snapshot("pump-10", S.TIMED_OUT, version=4, firmware="2.4.0", scenario="flaky-verify", job_id="fw-1"),
    snapshot("valve-1", None, firmware="2.3.1", link=Link.ERROR, updated_at=90.0),
)


@pytest.fixture
def store() -> FleetStore:
    filled = FleetStore()
    filled.apply(FeedBatch(at=100.0, snapshots=list(THINGS), counters=counters_of(THINGS)))
    return filled


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "pump-1 pump-2 pump-10 valve-1"),
        ("pump", "pump-1 pump-2 pump-10"),
        ("PUMP", "pump-1 pump-2 pump-10"),
        ("ump-1", "pump-1 pump-10"),
        ("pump-1,valve", "pump-1 pump-10 valve-1"),
        ("p*-1", "pump-1"),
        ("-pump", "valve-1"),
        ("status:failed", "pump-1"),
        ("status:FAILED,timed_out", "pump-1 pump-10"),
        ('status:"timed out"', "pump-10"),
        ("status!=failed", "pump-2 pump-10 valve-1"),
        ("-status:failed", "pump-2 pump-10 valve-1"),
        ("-status!=failed", "pump-1"),
        ("status:none", "valve-1"),
        ("status:*ed", "pump-1"),
        ("status:*ed*", "pump-1 pump-10"),
        ("link:error", "valve-1"),
        ("v>3", "pump-1 pump-10"),
        ("ver>=3 ver<5", "pump-2 pump-10"),
        ("v:3,5", "pump-1 pump-2"),
        ("v=v5", "pump-1"),
        ("progress>50%", "pump-1"),
        ("fw<2.4", "pump-1 valve-1"),
        ("fw>2.4.0", "pump-2"),
        ("fw:2.3*", "pump-1 valve-1"),
        ("scenario:flaky*", "pump-2 pump-10"),
        ("scenario:flaky", ""),
        ("scenario:flaky* v>3", "pump-10"),
        ('details:"checksum mismatch"', "pump-1"),
        ("reason:*mismatch*", "pump-1"),
        ("step:verify", "pump-2"),
        ("job:fw-1", "pump-10"),
        ("updated<20", "valve-1"),
        ('"pump-2"', "pump-2"),
        ("pump-[12]", ""),
    ],
)
def test_a_filter_lets_the_right_things_through(store: FleetStore, text: str, names: str) -> None:
    assert [store.names[row] for row in parse(text).rows(store)] == names.split()


@pytest.mark.parametrize(
    ("text", "token", "reason"),
    [
        ("pump colour:red", "colour:red", "there is no column colour"),
        ("status:", "status:", "a value is missing"),
        ("status:broken", "status:broken", "there is no status broken"),
        ("link:up", "link:up", "there is no link up; there are offline"),
        ("status>failed", "status>failed", "is text"),
        ("scenario<x", "scenario<x", "is text"),
        ("v>many", "v>many", "many is not a number"),
        ("v>²", "v>²", "not a number"),
        ("v>1,2", "v>1,2", "write one number"),
        ("fw<2,3", "fw<2,3", "write one version"),
        ("fw<abc", "fw<abc", "abc is not a version"),
        ("fw<<x:(", "fw<<x:(", "<x:( is not a version"),
        ("--", "--", "what is not wanted"),
    ],
)
def test_a_filter_that_makes_no_sense_names_the_token_and_the_reason(text: str, token: str, reason: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert caught.value.token == token
    assert reason in str(caught.value)


def test_a_version_with_odd_digits_can_be_compared_with() -> None:
    assert parse("fw<2²").rows(FleetStore()) == []


def test_chips_write_status_words_and_leave_the_rest_of_the_filter_alone() -> None:
    assert with_statuses("pump v>3", [4]) == "status:failed pump v>3"
    assert with_statuses("status:failed pump", [4, 5, 0]) == "status:failed,timed_out,none pump"
    assert with_statuses("status:failed pump -status:queued", []) == "pump"


@pytest.mark.parametrize("codes", [{1}, {4, 5}, {0}, {0, 8}])
def test_what_chips_write_reads_as_what_they_stand_for(codes: set[int]) -> None:
    assert parse(with_statuses("pump", codes)).statuses() == codes


def test_a_filter_without_status_words_checks_no_status_chip() -> None:
    assert parse("pump v>3").statuses() is None
    assert parse("-status:failed").statuses() is None


def test_only_filters_over_changing_columns_are_live() -> None:
    assert not parse("pump scenario:fail").is_live
    assert parse("pump v>3").is_live
