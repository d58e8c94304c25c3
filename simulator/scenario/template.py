"""Status details as a scenario writes them, with `{percent}` and its kin, made ready to be rendered at each update.

All that can be known early is worked out early: when the file is loaded (`{step}`, texts), or once a step (`{thing}`,
`{document.…}`). What is left at an update is a copy of a dict and one join for each value that shows the percent.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from simulator.jobs.limits import STATUS_DETAILS_VALUE_CHARACTERS
from simulator.scenario.context import WalkContext
from simulator.scenario.document import as_text, firmware_of, lookup

PERCENT: Final = "percent"
DOCUMENT: Final = "document."
ATTRIBUTE: Final = "attribute."
STEP: Final = "step"
FROM_FILE: Final = (STEP, "scenario")
FROM_CONTEXT: Final[Mapping[str, Callable[[WalkContext], str]]] = {
    "attempt": lambda context: str(context.attempt),
    "thing": lambda context: context.thing_name,
    "job_id": lambda context: context.job_id,
    "execution_number": lambda context: str(context.execution_number),
    "index": lambda context: str(context.index),
    "firmware": lambda context: firmware_of(context.document) or "",
}
NAMES: Final = (PERCENT, *FROM_FILE, *FROM_CONTEXT)

_PARTS: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_PATH: Final = re.compile(r"document(\.[^\s.{}]+)+|attribute\.[a-zA-Z0-9_.,@/:#-]{1,128}")
MAX_TEXT: Final = 8192  # characters of a text that is no status detail, such as a URL
_PERCENTS: Final = tuple(str(percent) for percent in range(101))

Part = str | tuple[str]
"""A literal text, or the name of a placeholder in a tuple of one."""


class TemplateError(ValueError):
    """A template cannot be used; `what` and `mend` as in InputError."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


def parse(text: str, most: int = STATUS_DETAILS_VALUE_CHARACTERS) -> tuple[Part, ...]:
    """Split a template into literals and placeholders; `most` characters are taken.

    Raises:
        TemplateError: an unknown placeholder, a brace without its other half, or a value that AWS would refuse.
    """
    parts: list[Part] = []
    end = 0
    for match in _PARTS.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        if match[0] in ("{{", "}}"):
            parts.append(match[0][0])
        elif match[1] is None:
            raise TemplateError(f'"{match[0]}" has no other half', f'write "{match[0] * 2}" to show a brace')
        else:
            parts.append((_known(match[1].strip()),))
    parts.append(text[end:])
    literal = "".join(part for part in parts if isinstance(part, str))
    if len(literal) > most:
        whose = "AWS takes" if most == STATUS_DETAILS_VALUE_CHARACTERS else "fit here"
        raise TemplateError(f"{len(literal):,} characters are more than {whose}", f"write {most:,} at most")
    if not text:
        raise TemplateError("AWS takes no empty value", "write at least one character, or leave the pair out")
    if cleaned(literal) != literal:
        raise TemplateError("a line break or another control character is not allowed here", "write it in one line")
    return tuple(part for part in parts if part != "")


def _known(name: str) -> str:
    if name in NAMES or _PATH.fullmatch(name):
        return name
    known = [*NAMES, "document.version", "attribute.model"]
    near = nearest(name, known)
    listed = ", ".join("{" + each + "}" for each in (*NAMES, "document.…", "attribute.…"))
    mend = f"did you mean {{{near}}}? There are {listed}" if near else f"there are {listed}"
    raise TemplateError(f"{{{name[:40]}}} is no placeholder", mend)


def nearest(name: str, known: list[str]) -> str:
    """Return the one of `known` that was probably meant, or ""; of `documnt.url` only the first word is looked at."""
    head, dot, rest = name.partition(".")
    if dot and rest and (near := difflib.get_close_matches(head, ("document", "attribute"), n=1, cutoff=0.6)):
        return f"{near[0]}.{rest}"
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.5)), "")


def cleaned(text: str) -> str:
    r"""Return `text` with what AWS refuses in a value (Unicode's class C, `[^\p{C}]+`) replaced by blanks."""
    if text.isprintable():
        return text
    return "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)


class Bound:
    """Status details of one step of one walk; only the percent is still open."""

    __slots__ = ("_fixed", "_moving")

    def __init__(self, fixed: dict[str, str], moving: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        """`fixed` has all keys in the order of the file; `moving` the texts around each `{percent}` of a value."""
        self._fixed = fixed
        self._moving = moving

    def render(self, percent: int) -> dict[str, str]:
        """Return the status details at `percent` (0 to 100); values are 1 to 1024 characters, longer ones cut."""
        details = self._fixed.copy()
        for key, around in self._moving:
            details[key] = _PERCENTS[percent].join(around)[:STATUS_DETAILS_VALUE_CHARACTERS]
        return details


class Details:
    """Status details of one step, compiled. Equal for equal texts."""

    __slots__ = ("_always", "_pairs")

    def __init__(self, texts: Mapping[str, str], step: str | None, scenario: str) -> None:
        """Compile templates that `parse` accepts. `step` None: only `bind` will tell it."""
        known = {"scenario": scenario} if step is None else {"step": step, "scenario": scenario}
        self._pairs = tuple(
            (key, tuple(known.get(part[0], part) if isinstance(part, tuple) else part for part in parse(text)))
            for key, text in texts.items()
        )
        in_walk = any(isinstance(part, tuple) and part[0] != PERCENT for _, parts in self._pairs for part in parts)
        self._always = None if in_walk else self._bind(None)

    def bind(self, context: WalkContext, step: str = "") -> Bound:
        """Return the details of one walk. Values that come out empty are left out: AWS takes no empty value."""
        return self._always or self._bind(context, step)

    def _bind(self, context: WalkContext | None, step: str = "") -> Bound:
        fixed: dict[str, str] = {}
        moving: list[tuple[str, tuple[str, ...]]] = []
        for key, parts in self._pairs:
            around = [""]
            for part in parts:
                if isinstance(part, str):
                    around[-1] += part
                elif part[0] == PERCENT:
                    around.append("")
                elif part[0] == STEP:
                    around[-1] += step
                elif context is not None:
                    around[-1] += _value(part[0], context)
            around = [cleaned(text[:STATUS_DETAILS_VALUE_CHARACTERS]) for text in around]
            if len(around) > 1:
                moving.append((key, tuple(around)))
                fixed[key] = ""
            elif around[0]:
                fixed[key] = around[0][:STATUS_DETAILS_VALUE_CHARACTERS]
        return Bound(fixed, tuple(moving))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Details) and self._pairs == other._pairs

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        return f"Details({self._pairs!r})"


class Text:
    """One text of a step that is no status detail: a URL, a parameter. Equal for equal texts."""

    __slots__ = ("_parts", "written")

    def __init__(self, written: str, step: str, scenario: str) -> None:
        """Compile a template that `parse` accepts."""
        known = {"step": step, "scenario": scenario, PERCENT: "0"}
        self.written = written
        self._parts = tuple(
            known.get(part[0], part) if isinstance(part, tuple) else part for part in parse(written, MAX_TEXT)
        )

    def render(self, context: WalkContext) -> str:
        """Return the text for one walk; "" if its placeholders stand for nothing."""
        parts = (part if isinstance(part, str) else _value(part[0], context) for part in self._parts)
        return "".join(parts)[:MAX_TEXT]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    def __repr__(self) -> str:
        return f"Text({self.written!r})"


def _value(name: str, context: WalkContext) -> str:
    if name.startswith(ATTRIBUTE):
        return context.attributes.get(name.removeprefix(ATTRIBUTE), "")
    if name.startswith(DOCUMENT):
        return as_text(lookup(context.document, name.removeprefix(DOCUMENT)))
    return FROM_CONTEXT[name](context)
