"""What is kept has a bound, whatever is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from fleet.reading import kept_answers
from fleet.reading.kept_answers import KEPT, KeptAnswer, KeptAnswers

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def answer(size: int = 10, made_at: datetime = NOON) -> KeptAnswer:
    return KeptAnswer(data=b"x" * size, cost=1, unused=0, accounts={}, made_at=made_at)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> KeptAnswers:
    monkeypatch.setattr(kept_answers, "MOST_BYTES", 100)
    monkeypatch.setattr(kept_answers, "LARGEST", 50)
    monkeypatch.setattr(kept_answers, "MOST", 5)
    return KeptAnswers()


def kept(answers: KeptAnswers, now: datetime = NOON) -> list[int]:
    return [key for key in range(20) if answers.find(key, now)]


def test_the_oldest_makes_room(answers: KeptAnswers) -> None:
    for key in range(4):
        answers.keep(key, answer(20), 10)
    assert kept(answers) == [1, 2, 3]


def test_no_more_are_kept_than_so_many_however_small(answers: KeptAnswers) -> None:
    for key in range(9):
        answers.keep(key, answer(1), 1)
    assert kept(answers) == [4, 5, 6, 7, 8]


def test_one_that_is_too_large_is_not_kept_and_displaces_nothing_but_what_it_replaces(
    answers: KeptAnswers,
) -> None:
    for key in range(2):
        answers.keep(key, answer(), 0)
    answers.keep(1, answer(40), 11)
    assert kept(answers) == [0]


def test_what_is_replaced_frees_its_room(answers: KeptAnswers) -> None:
    for _ in range(9):
        answers.keep(1, answer(40), 0)
    answers.keep(2, answer(40), 0)
    assert kept(answers) == [1, 2]


def test_what_is_old_is_let_go_with_the_next_one(answers: KeptAnswers) -> None:
    answers.keep(1, answer(), 0)
    assert kept(answers, NOON + KEPT) == []
    answers.keep(2, answer(made_at=NOON + KEPT), 0)
    assert len(answers) == 1


def test_one_of_the_future_is_not_given(answers: KeptAnswers) -> None:
    answers.keep(1, answer(), 0)
    assert kept(answers, NOON - timedelta(seconds=1)) == []
