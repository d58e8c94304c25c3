"""Fleet files: the things in them, and every mistake with its line."""

from collections import Counter
from pathlib import Path

import pytest

from simulator import fleet_file, fleet_model
from simulator.errors import InputError
from simulator.fleet_plan import start_waves
from simulator.scenario.walk import seed_for

FLEET = """\
groups:
  - {prefix: pump-, count: 40, scenario: "success=1,fail=1", firmware: 2.3.1}
things:
  - name: valve-1
    scenario: timeout
    seed: 7
  - name: valve-2
"""


def mistakes(text: str) -> str:
    with pytest.raises(InputError) as caught:
        fleet_file.parse(text, "fleet.yaml").plan(1)
    return str(caught.value)


def test_things_come_in_the_order_of_the_file_each_with_its_own_chance() -> None:
    specs = fleet_file.parse(FLEET, "fleet.yaml").plan(1).specs
    assert [spec.name for spec in specs[:3]] == ["valve-1", "valve-2", "pump-01"]
    assert (specs[0].scenario, specs[0].seed, specs[0].firmware) == ("timeout", 7, "1.0.0")
    assert (specs[1].scenario, specs[1].seed) == ("success", seed_for(1, "valve-2"))
    assert specs[-1].name == "pump-40"
    assert {spec.firmware for spec in specs[2:]} == {"2.3.1"}
    assert set(Counter(spec.scenario for spec in specs[2:])) == {"success", "fail"}


def test_the_runs_seed_decides_who_does_what() -> None:
    first, again, other = (fleet_file.parse(FLEET, "fleet.yaml").plan(seed).specs for seed in (1, 1, 2))
    assert first == again
    assert [spec.scenario for spec in first] != [spec.scenario for spec in other]


def test_names_follow_a_template_from_the_first_number_on() -> None:
    text = "groups: [{names: 'sim-{n:05}-x', count: 3, first: 201, attributes: {serial: '{group}{index}'}}]\n"
    specs = fleet_file.parse(text, "fleet.yaml").plan(1).specs
    assert [(spec.name, spec.index) for spec in specs] == [
        ("sim-00201-x", 1),
        ("sim-00202-x", 2),
        ("sim-00203-x", 3),
    ]
    assert specs[2].attributes == {"serial": "sim-3"}


def test_a_prefix_may_be_numbered_on_and_its_names_stay_equally_long() -> None:
    specs = fleet_file.parse("groups: [{prefix: p, count: 3, first: 98}]\n", "fleet.yaml").plan(1).specs
    assert [spec.name for spec in specs] == ["p098", "p099", "p100"]


def test_numbers_that_are_left_out_change_nothing_for_the_others() -> None:
    text = "groups: [{names: 'p{n}', count: 40, scenario: 'success=1,fail=1'%s}]\n"
    whole = fleet_file.parse(text % "", "fleet.yaml").plan(1).specs
    some = fleet_file.parse(text % ", without: [2, 40]", "fleet.yaml").plan(1).specs
    assert some == tuple(spec for spec in whole if spec.name not in ("p2", "p40"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("things:\n  - nme: a\n", "fleet.yaml: line 2, things[0].nme: is no known key; did you mean name?"),
        ("things:\n  - {name: a, seed: x}\n", 'fleet.yaml: line 2, things[0].seed: "x" is not a whole number'),
        ("things:\n  - {name: a b}\n", "fleet.yaml: line 2, things[0].name: is no thing name; use letters"),
        (
            "groups:\n  - {prefix: p, count: 0}\n",
            "fleet.yaml: line 2, groups[0].count: 0 is out of range; write 1 or more",
        ),
        ("groups:\n  - {count: 1}\n", "fleet.yaml: line 2, groups[0].prefix: is missing; add prefix"),
        ("things: 3\n", 'fleet.yaml: line 1, things: 3 is not a list; begin each entry with "- "'),
        (
            "flet: 3\n",
            "fleet.yaml: line 1, flet: is no known key; known here are seed, ramp, keep_alive_seconds, certificates",
        ),
        ("{}", "fleet.yaml: line 1: there are no things in it; add groups: or things:"),
        (
            "things:\n  - name: a\n  - name: a\n",
            "fleet.yaml: line 3, things[1]: a is in the fleet twice; names of things are their own",
        ),
        (
            "groups:\n  - {prefix: p, count: 1, scenario: a=0}\n",
            "fleet.yaml: line 2, groups[0].scenario: the weight of a",
        ),
        (
            "groups: [{prefix: p, names: 'p{n}', count: 1}]\n",
            "groups[0].names: the things have a prefix already; take names out, or prefix",
        ),
        ("groups: [{names: p, count: 1}]\n", "groups[0].names: has no {n} for the number; write {n} once"),
        (
            "groups: [{names: 'p{n}', count: 3, without: [4]}]\n",
            "groups[0].without: 4 is none of the numbers 1 to 3; take it out",
        ),
        (
            "groups: [{names: 'p{n}', count: 2, without: [1, 2]}]\n",
            "groups[0].without: leaves out every thing of the group; take the group out",
        ),
        ("groups: [{csv: a.csv, first: 2}]\n", "groups[0].first: the CSV file names the things; take first out"),
        ("groups: [{prefix: p, count: 1, first: -1}]\n", "groups[0].first: -1 is out of range; write 0 or more"),
        ("things: [", "fleet.yaml: line 1"),
        ("", "fleet.yaml: the file is empty; begin with groups:"),
        ("groups: [{prefix: p}]\n", "groups[0].count: is missing; add count, or name a file with csv"),
        (
            "groups: [{csv: a.csv, count: 2}]\n",
            "groups[0].count: the CSV file names the things; take count out, or csv",
        ),
        ("groups: [{csv: none.csv}]\n", "none.csv: cannot be read: no such file or directory; check the path"),
        ("groups: [{prefix: p, count: 1.5}]\n", "groups[0].count: 1.5 is not a whole number; write a whole number"),
        (
            "groups: [{prefix: p, count: 1, scenario: sucess}]\n",
            'groups[0].scenario: scenario "sucess": there is none of this name; did you mean success?',
        ),
        (
            "groups: [{prefix: p, count: 1, scenario: {success: -1}}]\n",
            "groups[0].scenario: the weight of success is -1; write a number above 0, or leave it out",
        ),
        ("groups: [{prefix: p, count: 1, scenario: 3}]\n", "groups[0].scenario: 3 is no scenario; write a name"),
        (
            "groups: [{prefix: p, count: 1, attributes: {a: '{indx}'}}]\n",
            "groups[0].attributes.a: {indx} stands for nothing here; there are {index}, {thing}, {group}",
        ),
        (
            "groups: [{prefix: p, count: 1, attributes: {a: {choises: [b]}}}]\n",
            "groups[0].attributes.a.choises: is no known key; did you mean choices?",
        ),
        (
            "groups: [{prefix: p, count: 1, attributes: {a: {choices: []}}}]\n",
            "groups[0].attributes.a: choices holds nothing to choose from; write [a, b]",
        ),
        (
            "groups: [{prefix: p, count: 1, attributes: {a: {between: [9, 1]}}}]\n",
            "groups[0].attributes.a: there is no number from 9 to 1; write the smaller one first",
        ),
        (
            "groups: [{prefix: p, count: 1, attributes: {a: {between: [1, 2.5]}}}]\n",
            "groups[0].attributes.a: between these bounds it matters how many decimals there are; add decimals: 2",
        ),
        (
            "groups: [{prefix: p, count: 1, attributes: {a: new york}}]\n",
            'groups[0].attributes.a: "new york", for p01, is no value that AWS takes for an attribute; use letters',
        ),
        (
            "groups: [{prefix: p, count: 1, attributes: {a b: c}}]\n",
            "groups[0].attributes.a b: is no name of an attribute; use letters, digits and _ . , @ / : # -",
        ),
        (
            "groups: [{prefix: p, count: 1, attributes: {thing-simulator: me}}]\n",
            "attributes.thing-simulator: is the mark this program puts on its things; give the attribute another name",
        ),
        (
            "things: [{name: p, attributes: {a: 1, b: 2, c: 3}}]\n",
            "things[0].attributes: there are 3 attributes, and AWS takes 2 of a thing without thing_type",
        ),
        (
            "certificates: {certificate: a.pem}\nthings: [{name: a}]\n",
            "certificates.key: is missing; add key: a certificate and its key go together",
        ),
        (
            "certificates: {certificate: '{name}.pem', key: k}\nthings: [{name: a}]\n",
            "certificates.certificate: has braces other than {thing}; write for example certificates/{thing}.pem",
        ),
        ("keep_alive_seconds: 5\nthings: [{name: a}]\n", "keep_alive_seconds: 5 is out of range; write 30 or more"),
        ("ramp: fast\nthings: [{name: a}]\n", 'fleet.yaml: line 1, ramp: "fast" is not a number; write a number'),
        ("things: [{name: a, start_after: -1}]\n", "things[0].start_after: -1 is not from 0 s to a week"),
        ("things: [{name: a, thing_type: a b}]\n", "things[0].thing_type: has letters that AWS does not take here"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_mend(text: str, sentence: str) -> None:
    assert sentence in mistakes(text)


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes("things:\n  - {name: a b, sed: 1}\n  - {name: c, firmware: ''}\n").splitlines()
    assert len(told) == 3


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--fleet .*none\.yaml: cannot be read: no such file or directory"):
        fleet_file.read(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"binary\.yaml: is not UTF-8 text; save the file as UTF-8"):
        fleet_file.read(binary)


def test_a_file_is_read_from_disk_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text(FLEET, encoding="utf-8-sig")
    assert fleet_file.read(path).plan(1) == fleet_file.parse(FLEET, "").plan(1)


# --- what things are like ---------------------------------------------------------------------------------------------

DESCRIBED = """\
ramp: 12
keep_alive_seconds: 60
certificates: {ca: ca.pem, certificate: "certs/{thing}.pem", key: "certs/{thing}.key"}
groups:
  - prefix: pump-
    count: 200
    thing_type: pump
    thing_groups: [north, all]
    start_after: 1.5 min
    attributes:
      serial: "SN-{index}-{thing}"
      site: {choices: {oslo: 3, bergen: 1}}
      rack: {between: [1, 12]}
      level: {between: [0.5, 1.5], decimals: 2}
things:
  - {name: valve-1, attributes: {floor: 3}}
"""


def test_attributes_are_drawn_for_each_thing_from_its_seed() -> None:
    made = fleet_file.parse(DESCRIBED, "fleet.yaml").plan(5)
    valve, first = made.specs[0], made.specs[1]
    assert (valve.attributes, valve.index) == ({"floor": "3"}, 1)
    assert (first.attributes["serial"], first.index, made.specs[200].index) == ("SN-1-pump-001", 1, 200)
    pumps = [spec.attributes for spec in made.specs[1:]]
    sites = Counter(one["site"] for one in pumps)
    assert set(sites) == {"oslo", "bergen"}
    assert 120 < sites["oslo"] < 180
    assert {int(one["rack"]) for one in pumps} == set(range(1, 13))
    assert all(0.5 <= float(one["level"]) <= 1.5 and len(one["level"]) == 4 for one in pumps)
    assert fleet_file.parse(DESCRIBED, "fleet.yaml").plan(5) == made
    other = fleet_file.parse(DESCRIBED, "fleet.yaml").plan(6)
    assert [spec.attributes["site"] for spec in other.specs[1:]] != [one["site"] for one in pumps]


def test_an_attribute_does_not_change_when_another_is_added_before_it() -> None:
    more = DESCRIBED.replace("      serial:", "      age: {between: [1, 99]}\n      serial:")
    before = fleet_file.parse(DESCRIBED, "").plan(5).specs[7].attributes
    after = fleet_file.parse(more, "").plan(5).specs[7].attributes
    assert {key: value for key, value in after.items() if key != "age"} == before


def test_things_are_registered_and_begin_as_their_group_says(tmp_path: Path) -> None:
    made = fleet_file.parse(DESCRIBED, "fleet.yaml", tmp_path).plan(5)
    assert (made.thing_types, made.thing_groups) == (["pump"], ["north", "all"])
    assert made.start_after["pump-007"] == 90
    assert "valve-1" not in made.start_after
    assert [(wave.seconds, len(wave.names)) for wave in start_waves(made)] == [(0, 1), (90, 200)]
    assert (made.ramp, made.keep_alive_seconds) == (12, 60)
    assert (made.ca, made.certificate) == (str(tmp_path / "ca.pem"), str(tmp_path / "certs/{thing}.pem"))


def test_a_seed_in_the_file_stands_there_for_whoever_runs_it() -> None:
    assert fleet_file.parse("seed: 4\nthings: [{name: a}]\n", "").file.seed == 4


def test_a_fleet_of_a_csv_file_has_its_attributes_and_those_of_the_group(tmp_path: Path) -> None:
    (tmp_path / "meters.csv").write_text(
        "name,site,scenario,firmware\nm-1,oslo,,\nm-2,,fail,3.0.0\n\nm-3,bergen,,\n", encoding="utf-8"
    )
    text = "groups: [{csv: meters.csv, firmware: 1.1.0, attributes: {site: none, row: '{index}'}}]\n"
    made = fleet_file.parse(text, "fleet.yaml", tmp_path).plan(1).specs
    assert [(spec.name, spec.index, spec.scenario, spec.firmware) for spec in made] == [
        ("m-1", 1, "success", "1.1.0"),
        ("m-2", 2, "fail", "3.0.0"),
        ("m-3", 3, "success", "1.1.0"),
    ]
    assert [spec.attributes for spec in made] == [
        {"site": "oslo", "row": "1"},
        {"site": "none", "row": "2"},
        {"site": "bergen", "row": "3"},
    ]


def test_the_schema_knows_every_key() -> None:
    schema = fleet_model.schema()
    assert set(schema["properties"]) == set(fleet_model.FleetFile.model_fields)
    assert set(schema["$defs"]["GroupEntry"]["properties"]) == set(fleet_model.GroupEntry.model_fields)
    assert schema["$defs"]["GroupEntry"]["additionalProperties"] is False
