"""Scenario files on disk: what they include, where they may reach, how one lists and edits them."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from simulator.errors import InputError
from simulator.scenario import loader
from tests.support.scenarios import CONTEXT

STEP = "{name: a, duration: 1}"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        loader.load(path)
    return str(caught.value)


def including(name: str) -> str:
    return f"{{name: x, steps: [{{include: {name}}}], end: SUCCEEDED}}"


def test_a_file_includes_others_by_paths_from_its_own_folder(tmp_path):
    write(tmp_path, "parts/deep/c.yaml", f"{{name: c, steps: [{STEP}], end: FAILED}}")
    write(tmp_path, "parts/b.yaml", including("deep/c.yaml"))
    write(tmp_path, "parts/d.yaml", including("../a-part.yaml"))
    write(tmp_path, "a-part.yaml", f"{{name: p, steps: [{STEP}], end: FAILED}}")
    scenario = loader.load(write(tmp_path, "a.yaml", including("parts/b.yaml")))
    assert scenario.outlook.depth == 2
    assert scenario.longest_seconds == 1
    assert loader.load(write(tmp_path, "e.yaml", including("parts/d.yaml"))).longest_seconds == 1


@pytest.mark.parametrize("name", ["../b.yaml", "sub/../../b.yaml"])
def test_a_file_reaches_no_further_than_its_own_folder(tmp_path, name):
    write(tmp_path, "b.yaml", f"{{name: b, steps: [{STEP}], end: FAILED}}")
    inner = write(tmp_path, "inner/a.yaml", including(name))
    mend = "put the file beside the one that names it, or in a folder below"
    assert refusal(inner) == f"{inner}: line 1, steps[0].include: leads out of the folder inner; {mend}"
    absolute = write(tmp_path, "inner/c.yaml", including(str(tmp_path / "b.yaml")))
    assert "leads out of the folder inner" in refusal(absolute)


def test_a_link_does_not_lead_out_either(tmp_path):
    outside = write(tmp_path, "b.yaml", f"{{name: b, steps: [{STEP}], end: FAILED}}")
    inner = write(tmp_path, "inner/a.yaml", including("b.yaml"))
    try:
        (tmp_path / "inner/b.yaml").symlink_to(outside)
    except OSError:
        pytest.skip("this system makes no links")
    assert "leads out of the folder inner" in refusal(inner)


def test_files_that_include_each_other_are_refused(tmp_path):
    a = write(tmp_path, "a.yaml", including("b.yaml"))
    write(tmp_path, "b.yaml", including("a.yaml"))
    assert "a.yaml leads back to itself: a.yaml > b.yaml > a.yaml; take one of these names out" in refusal(a)


def test_files_that_include_each_other_too_deeply_are_refused(tmp_path):
    for number in range(12):
        write(tmp_path, f"s{number}.yaml", including(f"s{number + 1}.yaml"))
    write(tmp_path, "s12.yaml", f"{{name: x, steps: [{STEP}], end: SUCCEEDED}}")
    assert loader.load(tmp_path / "s4.yaml").outlook.depth == 8
    assert "more than 8 scenarios are included in each other here; include fewer, or copy the steps" in refusal(
        tmp_path / "s3.yaml"
    )


def test_includes_that_multiply_are_refused_before_anybody_walks_them(tmp_path):
    write(tmp_path, "s6.yaml", f"{{name: x, steps: [{STEP}], end: SUCCEEDED}}")
    for number in range(6):
        many = ", ".join(f"{{include: s{number + 1}.yaml}}" for _ in range(20))
        write(tmp_path, f"s{number}.yaml", f"{{name: x, steps: [{many}], end: SUCCEEDED}}")
    told = refusal(tmp_path / "s0.yaml")
    assert "up to here a walk may come to" in told
    assert told.endswith("updates, more than 10,000; repeat or include less")
    assert "leads back" not in told


def test_a_mistake_in_an_included_file_is_told_where_it_is_included(tmp_path):
    part = write(tmp_path, "part.yaml", "name: p\nend: DONE\n")
    whole = write(
        tmp_path, "w.yaml", "name: w\nsteps:\n  - repeat: 2\n    steps:\n      - include: part.yaml\nend: FAILED\n"
    )
    place = f"{whole}: line 5, steps[0].steps[0].include: part.yaml cannot be used: {part}: line 2, end: "
    assert refusal(whole).startswith(place + '"DONE" is not one of')


def test_lists_of_scenarios_need_neither_pydantic_nor_a_yaml_reader():
    code = (
        "import sys; from simulator.scenario import loader; assert loader.list_scenarios(); "
        "print([name for name in ('pydantic', 'ruamel', 'statistics') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("name", loader.builtin_names())
def test_an_editor_that_keeps_comments_writes_a_file_that_means_the_same(name):
    yaml = YAML()  # round trip
    yaml.width = 200
    text = loader.builtin_text(name)
    document = yaml.load(text)
    document["description"] = "edited"
    out = io.StringIO()
    yaml.dump(document, out)
    edited = loader.parse(out.getvalue(), name)
    assert edited.description == "edited"
    assert edited.steps == loader.builtin(name).steps
    assert [line for line in out.getvalue().splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]
    assert edited.end.details.bind(CONTEXT).render(5) == loader.builtin(name).end.details.bind(CONTEXT).render(5)
