"""Donors who are one person: one row stands for the others, never in a chain or a ring, and it can be undone."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from donations import merging
from donations.models import Donor
from organisation.models import User
from tests.donations.desk_stage import NOW, donor


@pytest.fixture
def ann_twice(db: None) -> tuple[Donor, Donor]:
    return donor("Ann Example", "ann@mail.example"), donor("Ann Example", "ann@work.example")


def test_whoever_a_merged_donor_stood_for_comes_along(ann_twice: tuple[Donor, Donor], fay: User) -> None:
    first, second = ann_twice
    third = donor("Ann E.", "ann@home.example")

    merging.merge(kept=second, merged=first, by=fay, at=NOW)
    merging.merge(kept=third, merged=second, by=fay, at=NOW)

    assert set(Donor.objects.filter(merged_into=third)) == {first, second}


@pytest.mark.parametrize("case", ["itself", "twice", "into a merged one", "erased"])
def test_what_makes_no_sense_is_not_merged(case: str, ann_twice: tuple[Donor, Donor], fay: User) -> None:
    first, second = ann_twice
    third = donor("Third", "third@mail.example")
    if case == "erased":
        Donor.objects.filter(pk=second.pk).update(erased_at=NOW, name="", email="")
    elif case != "itself":
        merging.merge(kept=first, merged=second, by=fay, at=NOW)
    kept = {"itself": second, "twice": first, "into a merged one": second, "erased": first}[case]
    merged = third if case == "into a merged one" else second

    with pytest.raises(merging.CannotMerge):
        merging.merge(kept=kept, merged=merged, by=fay, at=NOW)


def test_donor_who_stands_alone_cannot_be_separated(ann_twice: tuple[Donor, Donor], fay: User) -> None:
    with pytest.raises(merging.NotMerged):
        merging.separate(merged=ann_twice[0], by=fay, at=NOW)


def test_database_refuses_chains_of_merged_donors(ann_twice: tuple[Donor, Donor], fay: User) -> None:
    first, second = ann_twice
    merging.merge(kept=first, merged=second, by=fay, at=NOW)

    with pytest.raises(DatabaseError), transaction.atomic():
        Donor.objects.filter(pk=first.pk).update(merged_into=donor("Third"))


def test_two_who_merge_each_other_at_once_make_no_ring(committed_db: None, at_once: Any) -> None:
    fay = User.objects.create_user("fay", email="fay@raft.example")
    first, second = donor("Ann", "ann@mail.example"), donor("Ann", "ann@work.example")

    outcomes = at_once(
        lambda: merging.merge(kept=first, merged=second, by=fay, at=NOW),
        lambda: merging.merge(kept=second, merged=first, by=fay, at=NOW),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CannotMerge", "NoneType"]
