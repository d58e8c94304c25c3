"""What `scenarios check` says to mistakes in the rich parts of the language, each sentence whole: where, what, mend."""

import pytest

from simulator.scenario import loader
from simulator.scenario.problems import ScenarioError
from simulator.scenario.sentences import DURATION_MEND

IN_A_STEP = [
    (
        "{fault: drop-lin}",
        [
            '.fault: "drop-lin" is no fault; did you mean drop-line?',
        ],
    ),
    (
        "{fault: drop-line, seconds: -1}",
        [
            (".seconds: drop-line cannot last less than 0 seconds; write 0 or more; only clock-skew goes below"),
        ],
    ),
    (
        "{fault: lose-reply, seconds: 3}",
        [
            ".seconds: lose-reply has no length; take seconds out",
        ],
    ),
    (
        "{fault: drop-line, secs: 3}",
        [
            ".secs: is no known key; did you mean seconds?",
        ],
    ),
    (
        "{fault: drop-line, seconds: soon}",
        [
            f'.seconds: "soon" is no duration; {DURATION_MEND}',
        ],
    ),
    (
        "{fault: drop-line, seconds: {between: [4, 1]}}",
        [
            ".seconds.between: 4 is more than 1; write [1, 4]",
        ],
    ),
    (
        "{fault: 5}",
        [
            (
                ".fault: 5 is no fault; there are drop-line, reboot, lose-reply, duplicate-update, "
                "late-update, out-of-order, stale-version, version-ahead, update-after-end, "
                "malformed-json, wrong-topic, oversize-details, unknown-job, second-connection, "
                "subscribe-late, ignore-cancel, clock-skew, slow-link, double-notify"
            ),
        ],
    ),
    (
        "{name: a, fault: reboot}",
        [
            ".name: is no known key; known here are fault, seconds",
        ],
    ),
    (
        "{fault: reboot, include: success}",
        [
            ".include: is no known key; known here are fault, seconds",
            ': fault and include stand in one step; make two steps of them, each with its own "- "',
        ],
    ),
    (
        "{include: ''}",
        [
            ".include: is empty; name a scenario, such as success",
        ],
    ),
    (
        "{include: 5}",
        [
            '.include: 5 is not a text; write "5"',
        ],
    ),
    (
        "{include: success, with_end: 1}",
        [
            ".with_end: 1 is neither true nor false; write true or false",
        ],
    ),
    (
        "{repeat: 0, steps: []}",
        [
            ".repeat: 0 is less than 1; write 1 or more",
        ],
    ),
    (
        "{repeat: 3}",
        [
            ".steps: is missing; add steps: [{name: a-name, duration: 2}]",
        ],
    ),
    (
        "{repeat: 1001, steps: []}",
        [
            ".repeat: 1001 is more than 1000; write 1000 or less",
        ],
    ),
    (
        "{repeat: often, steps: []}",
        [
            '.repeat: "often" is not a whole number; write a whole number',
        ],
    ),
    (
        "{choose: []}",
        [
            ".choose: there is nothing to choose from; write branches, each with steps or an end",
        ],
    ),
    (
        "{choose: {when: {attempt: 1}}}",
        [
            '.choose: a mapping is not a list; begin each entry with "- "',
        ],
    ),
    (
        "{choose: [{wen: {attempt: 1}}]}",
        [
            ".choose[0].wen: is no known key; did you mean when?",
        ],
    ),
    (
        "{choose: [5]}",
        [
            (".choose[0]: 5 is not a branch; write key: value pairs; known here are when, weight, steps, end"),
        ],
    ),
    (
        "{choose: [{when: {}}]}",
        [
            (
                ".choose[0].when: nothing is asked; write what has to hold: {document.operation: "
                "reboot}; or take when out"
            ),
        ],
    ),
    (
        "{choose: [{when: {atempt: 1}}]}",
        [
            (
                ".choose[0].when.atempt: cannot be asked for; did you mean attempt? There are attempt, "
                "execution_number, index, thing, job_id, firmware, document.PATH and attribute.NAME"
            ),
        ],
    ),
    (
        "{choose: [{when: {attempt: first}}]}",
        [
            (
                '.choose[0].when.attempt: "first" is no number, and attempt is one; write a whole number, or '
                "a test such as {at_most: 2}"
            ),
        ],
    ),
    (
        "{choose: [{when: {attempt: {}}}]}",
        [
            (
                ".choose[0].when.attempt: nothing is tested; write a value, or a test such as {equals: "
                "reboot} or {at_least: 2.4.0}"
            ),
        ],
    ),
    (
        "{choose: [{when: {attempt: {at_most: two}}}]}",
        [
            (
                '.choose[0].when.attempt.at_most: "two" is no version; write numbers with dots between '
                "them, such as 2.4.0 or 2.4.0-rc1"
            ),
        ],
    ),
    (
        "{choose: [{when: {attempt: {atmost: 2}}}]}",
        [
            ".choose[0].when.attempt.atmost: is no known key; did you mean at_most?",
        ],
    ),
    (
        "{choose: [{when: {attempt: [1, 2]}}]}",
        [
            (".choose[0].when.attempt: a list is no single value; write a text, a number, true or false"),
        ],
    ),
    (
        "{choose: [{when: {attempt: 1}, weight: 2}]}",
        [
            (
                ".choose[0].weight: a branch with when is taken when it holds, not by a weight; take one "
                "of the two out; a weight is for branches that chance chooses between"
            ),
        ],
    ),
    (
        "{choose: [{weight: 0}]}",
        [
            ".choose[0].weight: 0 is not above 0; take the branch out, or give it a 1",
        ],
    ),
    (
        "{choose: [{weight: -1}]}",
        [
            ".choose[0].weight: -1 is not above 0; take the branch out, or give it a 1",
        ],
    ),
    (
        "{choose: [{end: SUCEEDED}]}",
        [
            (
                '.choose[0].end: "SUCEEDED" is not one of SUCCEEDED, FAILED, REJECTED, silence, hang, '
                "manual; did you mean SUCCEEDED?"
            ),
        ],
    ),
    (
        "{choose: [{end: {status: hang, reason: why}}]}",
        [
            (".choose[0].end.reason: a thing that hangs sends nothing; take this out, or end with FAILED"),
        ],
    ),
    (
        "{choose: [{when: {firmware: {at_least: 2.10}}}]}",
        [
            (
                ".choose[0].when.firmware.at_least: 2.1 is read as a number, and 2.10 would be 2.1; put "
                'it in quotes: "2.1"'
            ),
        ],
    ),
    (
        "{choose: [{when: {index: {every: 10, offset: 10}}}]}",
        [
            ".choose[0].when.index.offset: a number divided by 10 never leaves 10; write 0 to 9",
        ],
    ),
    (
        "{choose: [{when: {index: {offset: 1}}}]}",
        [
            ".choose[0].when.index.offset: an offset goes with every; add every: 10, or take it out",
        ],
    ),
    (
        "{choose: [{when: {thing: {every: 2}}}]}",
        [
            (
                ".choose[0].when.thing.every: thing is no number; ask for attempt, execution_number, "
                "index or a number of the document"
            ),
        ],
    ),
    (
        "{choose: [{when: {index: {every: 1}}}]}",
        [
            ".choose[0].when.index.every: 1 is less than 2; write 2 or more",
        ],
    ),
    (
        "{choose: [{when: {document: 1}}]}",
        [
            (
                ".choose[0].when.document: cannot be asked for; did you mean document.version? There are "
                "attempt, execution_number, index, thing, job_id, firmware, document.PATH and "
                "attribute.NAME"
            ),
        ],
    ),
    (
        "{choose: [{when: {document.version: {exists: maybe}}}]}",
        [
            ('.choose[0].when.document.version.exists: "maybe" is neither true nor false; write true or false'),
        ],
    ),
    (
        "{choose: [{when: {document.version: {in: []}}}]}",
        [
            ".choose[0].when.document.version.in: there is no entry; write one at least",
        ],
    ),
    (
        "{choose: [{when: {document.version: {matches: ''}}}]}",
        [
            ".choose[0].when.document.version.matches: is empty; write one character at least",
        ],
    ),
    (
        "{name: a, download: {}}",
        [
            '.download.url: is missing; add url: "{document.url}"',
        ],
    ),
    (
        "{name: a, download: {url: ftp://x}}",
        [
            ('.download.url: "ftp://x" is no http or https address; write "{document.url}", or https://…'),
        ],
    ),
    (
        "{name: a, download: {url: '{document.url}', sha256: abc}}",
        [
            ('.download.sha256: "abc" is no SHA-256; write 64 hexadecimal digits, or "{document.sha256}"'),
        ],
    ),
    (
        "{name: a, download: {url: '{document.url}', size: -1}}",
        [
            '.download.size: -1 is no number of bytes; write a whole number, or "{document.size}"',
        ],
    ),
    (
        "{name: a, download: 'http://x'}",
        [
            ('.download: "http://x" is not a download; write key: value pairs; known here are url, sha256, size'),
        ],
    ),
    (
        "{download: {url: '{document.url}'}}",
        [
            ".name: is missing; add name: a-name",
        ],
    ),
    (
        "{name: a, download: {url: '{documnt.url}'}}",
        [
            (
                ".download.url: {documnt.url} is no placeholder; did you mean {document.url}? There are "
                "{percent}, {step}, {scenario}, {attempt}, {thing}, {job_id}, {execution_number}, "
                "{index}, {firmware}, {document.…}, {attribute.…}"
            ),
        ],
    ),
    (
        "{name: a, download: {url: '{document.url}', sha: a}}",
        [
            ".download.sha: is no known key; did you mean sha256?",
        ],
    ),
    (
        "{name: a, custom: flash, duration: 2}",
        [
            (
                ".duration: is no known key; known here are custom, with, status_details, "
                "expected_version, include_job_execution_state, include_job_document, execution_number, "
                "name, progress, step_timeout_minutes, within"
            ),
            (
                ".custom: no installed package brings a step flash (entry points thing_simulator.steps); "
                "none is installed; install the package that brings it"
            ),
        ],
    ),
    (
        "{name: a, custom: no-such-step}",
        [
            (
                ".custom: no installed package brings a step no-such-step (entry points "
                "thing_simulator.steps); none is installed; install the package that brings it"
            ),
        ],
    ),
    (
        "{name: a, custom: no-such-step, with: {a: [1]}}",
        [
            ".with.a: a list is no single value; write a text, a number, true or false",
            (
                ".custom: no installed package brings a step no-such-step (entry points "
                "thing_simulator.steps); none is installed; install the package that brings it"
            ),
        ],
    ),
    (
        "{name: a, duration: 1, expected_version: old}",
        [
            ('.expected_version: "old" is not one of sent, omitted, stale, ahead; write sent, for example'),
        ],
    ),
    (
        "{name: a, duration: 1, execution_number: 3}",
        [
            ".execution_number: 3 is neither true nor false; write true or false",
        ],
    ),
    (
        "{name: a, duration: 1, report: false, expected_version: stale}",
        [
            (".expected_version: a step with report: false sends nothing; take this out, or take report: false out"),
        ],
    ),
    (
        "{name: a, duration: {normal: {mean: 2}}}",
        [
            ".duration.normal.deviation: is missing; add deviation: 0.5",
        ],
    ),
    (
        "{name: a, duration: {normal: {mean: 2, deviation: 0}}}",
        [
            (
                ".duration.normal.deviation: a deviation of 0 leaves nothing to draw; write more than 0, "
                "or a plain number of seconds"
            ),
        ],
    ),
    (
        "{name: a, duration: {normal: {mean: 2, deviation: 1, least: 5}}}",
        [
            (".duration.normal.least: nothing lies between 5 and 5; write a least that is below the most"),
        ],
    ),
    (
        "{name: a, duration: {normal: {mean: 2, deviation: 1, sigma: 5}}}",
        [
            ".duration.normal.sigma: is no known key; known here are mean, deviation, least, most",
        ],
    ),
    (
        "{name: a, duration: {normal: {mean: 2, deviation: 1, least: 3, most: 4}}}",
        [
            ".duration.normal.mean: the mean of 2 is outside of 3 to 4; write 3 to 4",
        ],
    ),
    (
        "{name: a, duration: {exponential: {mean: 0}}}",
        [
            (
                ".duration.exponential.mean: a mean of 0 leaves nothing to draw; write more than 0, or a "
                "plain number of seconds"
            ),
        ],
    ),
    (
        "{name: a, duration: {exponential: {mean: 5, least: 9, most: 9}}}",
        [
            (".duration.exponential.least: nothing lies between 9 and 9; write a least that is below the most"),
        ],
    ),
    (
        "{name: a, duration: {exponential: 5}}",
        [
            (
                ".duration.exponential: 5 is not an exponential distribution; write key: value pairs; "
                "known here are mean, least, most"
            ),
        ],
    ),
    (
        "{name: a, duration: {normal: {mean: 2, deviation: 1}, mean: 1}}",
        [
            ".duration.mean: is no known key; known here is normal",
        ],
    ),
    (
        "{name: a, duration: 1, status_details: {a: '{attribut.model}'}}",
        [
            (
                ".status_details.a: {attribut.model} is no placeholder; did you mean {attribute.model}? "
                "There are {percent}, {step}, {scenario}, {attempt}, {thing}, {job_id}, "
                "{execution_number}, {index}, {firmware}, {document.…}, {attribute.…}"
            ),
        ],
    ),
    (
        "{repeat: 2, steps: [{repeat: 2, steps: [{repeat: 2, steps: [{repeat: 2, steps: []}]}]}]}",
        [
            (
                ".steps[0].steps[0].steps[0]: steps within steps within steps: that is too deep; stay "
                "within 4 levels; put the inner steps in a file of their own and include it"
            ),
        ],
    ),
    (
        "{include: fail, with_end: true}\n  - {name: b, duration: 1}",
        [
            (
                ".with_end: what stands behind an include with its end is never reached; take with_end "
                "out, or move the include to the end of the list"
            ),
        ],
    ),
    (
        "{choose: [{when: {attribut.model: a}}]}",
        [
            (
                ".choose[0].when.attribut.model: cannot be asked for; did you mean attribute.model? "
                "There are attempt, execution_number, index, thing, job_id, firmware, document.PATH and "
                "attribute.NAME"
            ),
        ],
    ),
    (
        "{name: a, duration: 1, within: 5}",
        [
            (
                ".within: is no known key; known here are name, duration, report, progress, "
                "step_timeout_minutes, fail_chance, reason, status_details, expected_version, "
                "include_job_execution_state, include_job_document, execution_number"
            ),
        ],
    ),
    (
        "{repeat: 2, steps: [{nam: a, duration: 1}]}",
        [
            ".steps[0].name: is missing; add name: a-name",
            ".steps[0].nam: is no known key; did you mean name?",
        ],
    ),
    (
        "{name: a, download: {url: ''}}",
        [
            ".download.url: is empty; write at least one character, or leave the pair out",
        ],
    ),
    (
        "{choose: [{steps: [{name: b, duration: 1, progress: {from: 50, to: 20}}]}]}",
        [
            (".choose[0].steps[0].progress.to: progress goes back from 50 to 20; write 50 or more, or a smaller from"),
        ],
    ),
]
"""Steps, and what is told of each, behind the place of the step."""

IN_THE_FILE = [
    (
        "{name: x, end: SUCCEEDED, faults: {drop-lin: 0.1}}",
        [
            'faults.drop-lin: "drop-lin" is no fault; did you mean drop-line?',
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, faults: {drop-line: 2}}",
        [
            "faults.drop-line: 2 is more than 1; write 0.02 for 2 %",
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, faults: {drop-line: {seconds: 1}}}",
        [
            "faults.drop-line.rate: is missing; add rate: 0.05",
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, faults: {drop-line: {rate: 0.1, secs: 1}}}",
        [
            "faults.drop-line.secs: is no known key; did you mean seconds?",
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, faults: {lose-reply: {rate: 0.1, seconds: 1}}}",
        [
            "faults.lose-reply.seconds: lose-reply has no length; take seconds out",
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, faults: [drop-line]}",
        [
            "faults: a list is not a mapping; write key: value pairs",
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, faults: {drop-line: often}}",
        [
            'faults.drop-line: "often" is not a number; write a number',
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, on_cancel: obay}",
        [
            'on_cancel: "obay" is not one of obey, ignore; did you mean obey?',
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, on_cancel: ignore, faults: {ignore-cancel: 1}}",
        [
            "faults.ignore-cancel: on_cancel: ignore says that already; take one of the two out",
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, tags: [A b]}",
        [
            'tags[0]: "A b" is no tag; use 1 to 32 small letters, digits or hyphens',
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, tags: faults}",
        [
            'tags: "faults" is not a list; begin each entry with "- "',
        ],
    ),
    (
        "{name: x, start: none, end: silence, faults: {drop-line: 0.1}}",
        [
            "faults: start: none has no faults; take faults out, or write start: describe",
        ],
    ),
    (
        "{name: x, start: none, end: hang}",
        [
            "end: start: none never sends an update; write end: silence, or start: describe",
        ],
    ),
    (
        "{name: x, mix: {success: 1}, faults: {drop-line: 0.1}}",
        [
            "faults: a mix has no behaviour of its own; take this out, or take mix out",
        ],
    ),
    (
        "{name: x, end: {status: manual, reason: why}}",
        [
            "end.reason: the operator says how it ends, and why; take this out, or end with FAILED",
        ],
    ),
    (
        "{name: x, end: {status: hang, expected_version: stale}}",
        [
            ("end.expected_version: a thing that hangs sends nothing; take this out, or end with FAILED"),
        ],
    ),
    (
        "{name: x, end: silence, steps: [{fault: lose-reply}]}",
        [
            (
                "steps[0].fault: lose-reply acts on the next update, and none follows; put it before the "
                "step whose update it is for"
            ),
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, expected_version: 3}",
        [
            "expected_version: 3 is not one of sent, omitted, stale, ahead; write sent, for example",
        ],
    ),
    (
        "{name: x, end: hangs}",
        [
            ('end: "hangs" is not one of SUCCEEDED, FAILED, REJECTED, silence, hang, manual; did you mean hang?'),
        ],
    ),
    (
        "{name: x, steps: [{include: success}, {repeat: 1000, steps: [{include: slow-success}]}], end: FAILED}",
        [
            ("steps[1]: up to here a walk may come to 52,520 updates, more than 10,000; repeat or include less"),
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, onCancel: ignore}",
        [
            "onCancel: is no known key; did you mean on_cancel?",
        ],
    ),
    (
        "{name: x, end: SUCCEEDED, include: success}",
        [
            "include: stands in a step, not here; write it under steps: - include: …",
        ],
    ),
]
"""Files of one line, and what is told of each, behind file and line."""


def mistakes(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        loader.parse(text, "f.yaml")
    return str(caught.value).split("\n")


IN_ANOTHER_UNIT = [
    ("{name: a, duration: 5 s}", '.duration: "5 s" is no duration; write 5: seconds without a unit'),
    ("{name: a, duration: 500ms}", '.duration: "500ms" is no duration; write 0.5: seconds without a unit'),
    ("{name: a, duration: 1.5 min}", '.duration: "1.5 min" is no duration; write 90: seconds without a unit'),
    ("{name: a, duration: '5'}", '.duration: "5" is no duration; write 5 without quotes'),
    ("{name: a, duration: 1-3 s}", '.duration: "1-3 s" is no duration; write {between: [1, 3]}'),
    ("{name: a, duration: [1, 3]}", ".duration: a list is no duration; write {between: [1, 3]}"),
    ("{name: a, duration: 9999 h}", f'.duration: "9999 h" is no duration; {DURATION_MEND}'),
    ("{name: a, duration: 2 weeks}", f'.duration: "2 weeks" is no duration; {DURATION_MEND}'),
    ("{name: a, duration: {between: 1-2}}", '.duration.between: "1-2" is not a list; write [1, 2]'),
    (
        "{name: a, duration: {between: [1, 2 s]}}",
        '.duration.between[1]: "2 s" is not a number; write 2: seconds without a unit',
    ),
    ("{name: a, duration: {mean: 2, jitter: 10 %}}", '.duration.jitter: "10 %" is not a number; write a number'),
    ("{fault: drop-line, seconds: 1 h}", '.seconds: "1 h" is no duration; write 3600: seconds without a unit'),
    ("{name: a, duration: 1, fail_chance: 50%}", '.fail_chance: "50%" is not a number; write 0.5 for 50 %'),
    ("{name: a, duration: 1, fail_chance: 0.5 %}", '.fail_chance: "0.5 %" is not a number; write 0.005 for 0.5 %'),
    ("{name: a, duration: 1, fail_chance: 50}", ".fail_chance: 50 is more than 1; write 0.5 for 50 %"),
    ("{name: a, duration: 1, fail_chance: 150}", ".fail_chance: 150 is more than 1; write 1 or less"),
    ("{name: a, duration: 1, fail_chance: '0.5'}", '.fail_chance: "0.5" is not a number; write 0.5 without quotes'),
    ("{name: a, duration: 1, fail_chance: often}", '.fail_chance: "often" is not a number; write a number'),
    (
        "{name: a, duration: 1, progress: {to: 50%}}",
        '.progress.to: "50%" is not a whole number; write 50 without the percent sign',
    ),
    (
        "{name: a, duration: 1, progress: {to: 50, every: 1s}}",
        '.progress.every: "1s" is not a number; write 1: seconds without a unit',
    ),
    (
        "{name: a, duration: 1, step_timeout_minutes: 2 h}",
        '.step_timeout_minutes: "2 h" is not a whole number; write 120: minutes without a unit',
    ),
    (
        "{name: a, duration: 1, step_timeout_minutes: 90 s}",
        '.step_timeout_minutes: "90 s" is not a whole number; write whole minutes without a unit',
    ),
    ("{choose: [{weight: 30 %}]}", '.choose[0].weight: "30 %" is not a number; write 30 without the percent sign'),
    ("{repeat: '3', steps: []}", '.repeat: "3" is not a whole number; write 3 without quotes'),
]
"""Numbers as people write them elsewhere, and what is told of each."""

RATES_IN_PERCENT = [
    ("{drop-line: 5%}", 'drop-line: "5%" is not a number; write 0.05 for 5 %'),
    ("{drop-line: 5}", "drop-line: 5 is more than 1; write 0.05 for 5 %"),
    ("{drop-line: {rate: 10 %}}", 'drop-line.rate: "10 %" is not a number; write 0.1 for 10 %'),
]


@pytest.mark.parametrize(("step", "sentence"), IN_ANOTHER_UNIT)
def test_a_number_with_a_unit_percent_or_quotes_is_told_as_the_number_to_write(step, sentence):
    assert mistakes("name: x\nend: SUCCEEDED\nsteps:\n  - " + step) == [f"f.yaml: line 4, steps[0]{sentence}"]


@pytest.mark.parametrize(("rates", "sentence"), RATES_IN_PERCENT)
def test_a_rate_in_percent_is_told_as_a_number_up_to_1(rates, sentence):
    assert mistakes(f"{{name: x, end: FAILED, faults: {rates}}}") == [f"f.yaml: line 1, faults.{sentence}"]


def test_a_weight_in_percent_is_told_without_the_sign():
    told = mistakes("{name: x, mix: {success: 80%, rate.yaml: '20'}}")
    assert told[:2] == [
        'f.yaml: line 1, mix.success: "80%" is not a number; write 80 without the percent sign',
        'f.yaml: line 1, mix.rate.yaml: "20" is not a number; write 20 without quotes',
    ]


@pytest.mark.parametrize(("step", "sentences"), IN_A_STEP)
def test_a_mistake_in_a_step_is_told_with_its_place_and_mend(step, sentences):
    told = mistakes("name: x\nend: SUCCEEDED\nsteps:\n  - " + step)
    assert told == ["f.yaml: line 4, steps[0]" + sentence for sentence in sentences]


@pytest.mark.parametrize(("text", "sentences"), IN_THE_FILE)
def test_a_mistake_in_a_file_is_told_with_its_place_and_mend(text, sentences):
    assert mistakes(text) == ["f.yaml: line 1, " + sentence for sentence in sentences]


def test_there_are_more_than_thirty_kinds_of_mistakes():
    kinds = {sentence.split(": ", 1)[-1] for _, told in (*IN_A_STEP, *IN_THE_FILE) for sentence in told}
    assert len(kinds) > 60


def test_a_fault_that_is_a_mapping_is_a_mistake_and_no_accident():
    told = mistakes("{name: x, end: FAILED, steps: [{fault: {a: 1}, seconds: 3}]}")
    assert told[0].startswith("f.yaml: line 1, steps[0].fault: a mapping is no fault; there are drop-line, reboot, ")
