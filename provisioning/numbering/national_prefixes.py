"""The digits dialled inside a country only, as the 0 in +44 (0)20 7946 0000: what the library's parser takes out.

Source: phonenumbers 9, phonenumberutil.py (`parse`, `_maybe_strip_national_prefix_carrier_code`,
`_test_number_length`); the tests hold both against each other. In rare cases such a prefix belongs to the number:
+3758102349255 is valid as it stands, yet not what `parse` makes of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from phonenumbers.phonemetadata import PhoneNumberDesc

from provisioning.numbering.patterns import calling_code_of, metadata_of, read, regions_of, rules
from provisioning.numbering.spellings import Spelling, spell, spell_beginning

_LONGEST = 17
"""The most digits that the library's parser takes behind the calling code."""

_NEVER = "(?!)"
"""The pattern of what there is not."""


@dataclass(frozen=True, slots=True)
class _Prefix:
    """What counts as a national prefix under one calling code, by the patterns of its main region.

    `pattern` is matched at `start`, behind plus and calling code. `replacement` stands in for what it matches where its
    last group has matched (Argentina: 0 11 15 becomes 9 11). `sizes` says how many digits may be left.
    """

    start: int
    pattern: re.Pattern[str]
    replacement: str | None
    general: re.Pattern[str]
    sizes: frozenset[int]

    def take_out(self, e164: str, match: re.Match[str]) -> str | None:
        """Rewrite a number without its national prefix; None where the library would leave it as it is."""
        replacement = match.expand(self.replacement) if self.replacement and match[self.pattern.groups] else ""
        rest = replacement + e164[match.end() :]
        if match.end() == self.start or len(rest) not in self.sizes or self._loses(e164, rest):
            return None
        return e164[: self.start] + rest

    def _loses(self, e164: str, rest: str) -> bool:
        """Say whether a possible number would become an impossible one."""
        return self.general.fullmatch(e164, self.start) is not None and self.general.fullmatch(rest) is None


def holds_national_prefix(e164: str) -> bool:
    """Say whether an invalid number becomes a valid one when its national prefix is left out."""
    calling_code = calling_code_of(e164)
    return calling_code is not None and national_prefix_test(calling_code)(e164)


@lru_cache(maxsize=10_000)
def candidates(calling_code: str, size: int) -> frozenset[Spelling]:
    """Spell out the national numbers of `size` digits that may hold a prefix: all that do, and a few others.

    Without a replacement what is left has to be a number of the plan, whichever of several prefixes is taken out.
    """
    regions = regions_of(calling_code)
    metadata = metadata_of(calling_code, regions[0]) if regions else None
    if metadata is None or not metadata.national_prefix_for_parsing:
        return frozenset()
    # Without the end that a few of the patterns ask for, as San Marino's ([89]\d{5})$ does.
    pattern = metadata.national_prefix_for_parsing.replace("$", "")
    if metadata.national_prefix_transform_rule:
        return spell_beginning(pattern, size)
    return frozenset(
        prefix + rest
        for length in range(1, size)
        for prefix in spell(pattern, length)
        for rule in rules(calling_code, size - length)
        for rest in rule.spellings
    )


@lru_cache(maxsize=1000)
def national_prefix_test(calling_code: str) -> Callable[[str], bool]:
    """Prepare `holds_national_prefix` for numbers of one calling code; where it is not assigned, none does."""
    if not regions_of(calling_code):
        return lambda _: False
    prefix = _prefix(calling_code)
    begin, start = prefix.pattern.match, prefix.start

    def holds(e164: str) -> bool:
        match = begin(e164, start)
        if match is None:
            return False
        rewritten = prefix.take_out(e164, match)
        return rewritten is not None and read(rewritten) is not None

    return holds


def _prefix(calling_code: str) -> _Prefix:
    metadata = metadata_of(calling_code, regions_of(calling_code)[0])
    general = metadata.general_desc
    return _Prefix(
        start=1 + len(calling_code),
        pattern=re.compile(metadata.national_prefix_for_parsing or _NEVER),
        replacement=metadata.national_prefix_transform_rule,
        general=re.compile(general.national_number_pattern or _NEVER if general is not None else _NEVER),
        sizes=_sizes(general),
    )


def _sizes(general: PhoneNumberDesc | None) -> frozenset[int]:
    """List how many digits may be left: as many as numbers can have, or more (which the parser lets pass)."""
    if general is None or not general.possible_length:
        return frozenset()
    longer = range(max(general.possible_length) + 1, _LONGEST + 1)
    return frozenset((*general.possible_length, *longer)).difference(general.possible_length_local_only)
