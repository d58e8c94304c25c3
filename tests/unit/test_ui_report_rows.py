"""The report page's facts about the run itself."""

import msgspec

from simulator.report import Health
from tests.support.reports import report
from ui.report_rows import facts


def lag(**health: object) -> str:
    late = Health(worst_loop_lag_ms=250.0, loop_lag_p99_ms=120.0, **health)  # type: ignore[arg-type]
    return next(text for _, text in facts(msgspec.structs.replace(report(), health=late)) if "worst" in text)


def test_a_late_run_says_that_its_timeouts_may_be_its_own_lateness() -> None:
    assert lag() == "p99 120 ms, worst 250 ms"
    assert lag(latencies_reliable=False) == "p99 120 ms, worst 250 ms · the latencies are unreliable"
    told = lag(latencies_reliable=False, doubtful_timeouts=2)
    assert told.endswith("· the latencies are unreliable · 2 executions that ended TIMED_OUT may be this lateness")
    told = lag(latencies_reliable=False, doubtful_timeouts=1)
    assert told.endswith("· 1 execution that ended TIMED_OUT may be this lateness")
