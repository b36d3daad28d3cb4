"""Two checkouts of the same source have the same sample, wherever the source lies."""

from __future__ import annotations

from dataclasses import replace

from mutants.sampling import Mutant, draw

MUTANT = Mutant("python/a.py", 3, "return a + b", "return a - b", "Add_Sub", 0, "return a - b\n")


def test_a_name_stays_when_the_file_is_renamed_or_the_line_moves() -> None:
    assert replace(MUTANT, file="python/folder/b.py", line=30).id == MUTANT.id


def test_each_mistake_has_its_own_name() -> None:
    others = [replace(MUTANT, after="return a * b"), replace(MUTANT, occurrence=1), replace(MUTANT, operator="Add_Mul")]
    assert len({mutant.id for mutant in [MUTANT, *others]}) == 4


def test_a_further_mutant_leaves_the_order_of_the_others() -> None:
    mutants = [replace(MUTANT, occurrence=i) for i in range(20)]
    shorter = draw(mutants[:-1], 17)
    assert [mutant for mutant in draw(mutants, 17) if mutant in shorter] == shorter


def test_another_seed_gives_another_order() -> None:
    mutants = [replace(MUTANT, occurrence=i) for i in range(20)]
    assert draw(mutants, 17) == draw(mutants[::-1], 17) != draw(mutants, 18)
