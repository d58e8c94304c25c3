"""A fleet as it is described in the window: what is said of it, and its file, which is the command line's too."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator import fleet_draft_check, fleet_file, run_plan
from simulator.errors import InputError
from simulator.fleet_draft import Around, Field, FleetDraft
from simulator.fleet_draft_check import check
from simulator.run_plan import RunOptions
from simulator.scenario.walk import seed_for

DRAFT = FleetDraft(mix=(("success", "80"), ("fail", "15"), ("timeout", "5")), firmware="2.3.1")
MINE = "name: mine\nsteps:\n  - {name: work, duration: 1}\nend: SUCCEEDED\n"


def but(field: Field, typed: str) -> FleetDraft:
    """The draft with something else in one field."""
    changed: dict[str, Any] = {field.value: typed}
    return replace(DRAFT, **changed)


def with_files(*without: int, count: int = 200) -> Around:
    names = [f"sim-{number:05}" for number in range(1, count + 1) if number not in without]
    return Around(files=frozenset(f"{name}.{ending}" for name in names for ending in ("pem", "key")))


class TestWhatIsSaid:
    def test_first_and_last_name_and_what_it_takes(self) -> None:
        found = check(DRAFT, Around(things=["other"]))
        assert (found.first_name, found.last_name, found.count) == ("sim-00001", "sim-00200", 200)
        assert found.open_files == 201 + 64
        assert 40e6 < found.memory_bytes < 50e6
        assert found.can_be_added
        assert found.problems == {}

    @pytest.mark.parametrize(
        ("weights", "shares"),
        [
            (("80", "15", "5"), [80, 15, 5]),
            (("1", "1", "1"), [34, 33, 33]),
            (("0.5", "1.5", "6"), [6, 19, 75]),
            (("1", "x", "1"), []),
            (("1", "0", "1"), []),
            (("", "1", "1"), []),
        ],
    )
    def test_shares_add_up_to_a_hundred(self, weights: tuple[str, ...], shares: list[int]) -> None:
        mix = tuple(zip(("success", "fail", "timeout"), weights, strict=True))
        assert check(replace(DRAFT, mix=mix), Around()).shares == shares

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            (Field.COUNT, "0", "0 is out of range; write 1 or more"),
            (Field.COUNT, "100001", "100001 is out of range; write 100,000 or less"),
            (Field.COUNT, "many", '"many" is not a whole number; write a whole number'),
            (Field.COUNT, "", '"" is not a whole number; write a whole number'),
            (Field.COUNT, "1.5", "1.5 is not a whole number; write a whole number"),
            (Field.NAMES, "sim", "has no {n} for the number; write {n} once, or {n:05} for five digits"),
            (Field.NAMES, 'a"b: {n}', "is no thing name; use letters, digits, colons, hyphens and underscores beside"),
            (Field.FIRST, "-1", "-1 is out of range; write 0 or more"),
            (Field.GROUP, "a b", "is no name of a thing group; use letters"),
            (Field.FIRMWARE, "1" * 65, "is too long; shorten it"),
            (Field.RATE, "-5", "-5 is out of range; write 0 or more"),
            (Field.RATE, "fast", '"fast" is not a number; write a number'),
            (Field.RATE, ".nan", "is out of range"),
            (Field.SEED, "x\n- y", "is not a whole number; write a whole number"),
            (Field.SEED, "", '"" is not a whole number; write a whole number'),
        ],
    )
    def test_bad_input_is_one_sentence_at_its_field(self, field: Field, typed: str, sentence: str) -> None:
        found = check(but(field, typed), Around())
        assert list(found.problems) == [field]
        assert sentence in found.problems[field]
        assert not found.can_be_added
        assert not found.can_be_saved

    @pytest.mark.parametrize(
        ("mix", "sentence"),
        [
            ((("success", "0"),), "the weight of success is 0; write a number above 0, or leave it out"),
            ((("success", "x"),), 'the weight of success is "x"'),
            ((("nobody", "1"),), 'scenario "nobody": there is none of this name'),
            ((("fail", "1"), ("fail", "2")), "fail is written twice; keep one of the two"),
        ],
    )
    def test_a_mix_that_is_none_is_told(self, mix: tuple[tuple[str, str], ...], sentence: str) -> None:
        found = check(replace(DRAFT, mix=mix), Around())
        assert list(found.problems) == [Field.MIX]
        assert sentence in found.problems[Field.MIX]

    def test_numbers_may_be_written_as_yaml_writes_them(self) -> None:
        found = check(replace(DRAFT, seed="0x10", first=" 007 ", rate="1e2"), Around())
        assert (found.seed, found.first_name, found.next_number) == (16, "sim-00007", 207)

    def test_all_fields_are_told_at_once(self) -> None:
        found = check(replace(DRAFT, count="0", names="x", seed="-1"), Around())
        assert set(found.problems) == {Field.COUNT, Field.NAMES, Field.SEED}

    def test_names_that_exist_are_counted_and_the_next_free_number_is_named(self) -> None:
        around = Around(things=["sim-00001", "sim-00200", "sim-00201", "sim-1", "pump-3"])
        found = check(DRAFT, around)
        assert (found.taken, found.free_number) == (2, 202)
        assert not found.can_be_added
        assert found.can_be_saved
        assert check(replace(DRAFT, first=str(found.free_number)), around).can_be_added

    def test_more_things_than_this_process_may_hold_are_refused_with_the_mend(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simulator.resources_check.descriptors_available", lambda: 264)
        assert check(DRAFT, Around()).can_be_added
        found = check(DRAFT, Around(things=["other"]))
        assert found.no_room.startswith("201 things need more open connections than one process has here, which is 200")
        assert not found.can_be_added
        assert found.can_be_saved


class TestCertificates:
    WITH = replace(DRAFT, folder="/certs")

    def test_all_that_match_go_into_the_file_as_one_pattern(self) -> None:
        found = check(self.WITH, with_files())
        assert found.can_be_added
        certificates = fleet_file.parse(found.text, "").file.certificates
        assert certificates is not None
        assert certificates.certificate == str(Path("/certs/{thing}.pem"))

    def test_things_without_one_are_named_and_can_be_left_out(self) -> None:
        around = with_files(77, 133)
        found = check(self.WITH, around)
        sentence = "sim-00077, sim-00133 have none; add the files, or leave those things out"
        assert found.problems == {Field.CERTIFICATES: sentence}
        assert found.can_skip
        assert not found.can_be_saved
        skipped = check(replace(self.WITH, skips_missing=True), around)
        assert (skipped.problems, skipped.count) == ({}, 198)
        names = {spec.name for spec in fleet_draft_check.plan(skipped, ()).specs}
        assert len(names) == 198
        assert names.isdisjoint({"sim-00077", "sim-00133"})

    def test_very_many_are_counted(self) -> None:
        sentence = check(self.WITH, with_files(*range(1, 100))).problems[Field.CERTIFICATES]
        assert sentence.startswith("sim-00001, sim-00002, sim-00003 and 96 more have none")

    def test_a_folder_without_any_cannot_be_skipped(self) -> None:
        found = check(replace(self.WITH, skips_missing=True), Around())
        assert "none of the things has a certificate there" in found.problems[Field.CERTIFICATES]
        assert "sim-00001.pem and sim-00001.key" in found.problems[Field.CERTIFICATES]
        assert not found.can_skip

    def test_a_folder_that_cannot_be_read_is_told(self) -> None:
        around = Around(files=InputError("", "cannot be read: no such file or directory", "choose a folder"))
        problem = check(self.WITH, around).problems[Field.CERTIFICATES]
        assert problem == "cannot be read: no such file or directory; choose a folder"

    def test_a_folder_with_braces_is_told(self) -> None:
        found = check(replace(DRAFT, folder="/{x}"), with_files())
        assert "has braces other than {thing}" in found.problems[Field.CERTIFICATES]

    def test_a_name_of_a_thing_that_is_left_out_may_be_taken(self) -> None:
        around = replace(with_files(77), things=["sim-00077"])
        assert check(replace(self.WITH, skips_missing=True), around).taken == 0


class TestTheFile:
    def saved(self, folder: Path, draft: FleetDraft, around: Around, own: dict[str, str] | None = None) -> Path:
        files = fleet_draft_check.files_of("FLEET", draft, check(draft, around), own or {})
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder / "FLEET.yaml"

    def test_the_command_line_makes_the_same_things_of_it(self, tmp_path: Path) -> None:
        draft = replace(DRAFT, first="201", group="north", seed="7", rate="12.5")
        added = fleet_draft_check.plan(check(draft, Around()), ())
        run = run_plan.plan(RunOptions(fleet_file=self.saved(tmp_path, draft, Around())))
        assert run.specs == added.specs
        assert (run.seed, run.options.ramp) == (7, 12.5)
        assert {spec.seed for spec in added.specs} == {seed_for(7, f"sim-{number:05}") for number in range(201, 401)}
        assert {one.thing_groups for one in run.registrations.values()} == {("north",)}
        assert 100 < sum(spec.scenario == "success" for spec in run.specs) < 190

    def test_what_was_left_out_is_left_out_there_too(self, tmp_path: Path) -> None:
        folder = tmp_path / "certs"
        draft = replace(DRAFT, folder=str(folder), skips_missing=True)
        added = fleet_draft_check.plan(check(draft, with_files(1, 5)), ())
        read = fleet_file.read(self.saved(tmp_path, draft, with_files(1, 5))).plan(42)
        assert read.specs == added.specs
        assert len(read.specs) == 198
        assert (read.certificate, read.key) == (str(folder / "{thing}.pem"), str(folder / "{thing}.key"))

    def test_scenarios_of_the_window_go_beside_it(self, tmp_path: Path) -> None:
        draft = replace(DRAFT, mix=(("mine", "1"), ("success", "1")))
        around = Around(scenarios=["mine"])
        added = fleet_draft_check.plan(check(draft, around), ["mine"]).specs
        read = fleet_file.read(self.saved(tmp_path, draft, around, {"mine": MINE})).plan(42).specs
        assert {spec.scenario for spec in added} == {"mine", "success"}
        assert [spec.scenario == "mine" for spec in added] == [
            Path(spec.scenario).name == "FLEET.mine.yaml" for spec in read
        ]
        assert [spec.seed for spec in added] == [spec.seed for spec in read]

    def test_what_is_left_empty_is_as_in_a_fleet_file(self) -> None:
        found = check(replace(DRAFT, rate=" ", firmware=""), Around())
        assert (found.problems, "ramp" in found.text) == ({}, False)
        assert {spec.firmware for spec in fleet_draft_check.plan(found, ()).specs} == {"1.0.0"}
