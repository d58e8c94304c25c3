"""Things from CSV: every mistake with its line."""

import pytest

from simulator import fleet_csv


def told(text: str) -> list[str]:
    return [str(problem) for problem in fleet_csv.parse(text, "things.csv")[1]]


def test_a_row_is_a_thing_and_a_column_an_attribute() -> None:
    rows, problems = fleet_csv.parse('name,site,note\r\na,oslo,"x,y"\r\nb, bergen ,\r\n', "things.csv")
    assert problems == []
    assert [(row.name, row.attributes) for row in rows] == [
        ("a", {"site": "oslo", "note": "x,y"}),
        ("b", {"site": "bergen"}),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "things.csv: line 1: there is no column name; its first line names the columns"),
        ("Name,site\na,oslo\n", "things.csv: line 1: there is no column name; call the column Name name"),
        ("name,site,site\n", "things.csv: line 1: the column site is there twice; give one another name"),
        ("name,a b\nx,y\n", 'things.csv: line 1: column 2, "a b", is no name of an attribute'),
        ("name,thing-simulator\n", "thing-simulator is the mark this program puts on its things"),
        ("name,site\na,oslo\na,oslo\n", "things.csv: line 3: a is in line 2 already; names of things are their own"),
        ("name,site\na b,oslo\n", 'things.csv: line 2: "a b" is no thing name'),
        ("name,site\na\n", "things.csv: line 2: has 1 cells, the header 2"),
        ("name,site\na,New York\n", 'things.csv: line 2: site: "New York" is no value that AWS takes'),
        ('name,site\na,"oslo\n', "things.csv: line 2: is no CSV: unexpected end of data"),
        ("name\n", "things.csv: there are no things in it; write a line for each"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_mend(text: str, sentence: str) -> None:
    assert any(sentence in one for one in told(text)), told(text)


def test_a_file_of_mistakes_does_not_tell_thousands() -> None:
    assert len(told("name\n" + "a b\n" * 5000)) == fleet_csv.MOST_TOLD
