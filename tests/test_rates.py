"""How much one person may ask: a bucket that fills up again, one word when it is empty, and memory with a bound."""

from __future__ import annotations

from bot.telegram.transport.queueing import AT_ONCE, QUIET, Admission, Rates


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestAPerson:
    def test_may_ask_twenty_questions_a_minute_hour_after_hour(self) -> None:
        clock = Clock()
        rates = Rates(clock=clock)
        verdicts = []
        for _ in range(60):
            verdicts += [rates.ask(1) for _ in range(20)]
            clock.now += 60
        assert set(verdicts) == {Admission.WELCOME}

    def test_who_asks_for_more_is_told_once_and_then_passed_over(self) -> None:
        rates = Rates(clock=Clock())
        verdicts = [rates.ask(1) for _ in range(1000)]
        assert verdicts[:AT_ONCE] == [Admission.WELCOME] * AT_ONCE
        assert verdicts[AT_ONCE] is Admission.TOO_MUCH
        assert set(verdicts[AT_ONCE + 1 :]) == {Admission.PASSED_OVER}

    def test_who_goes_on_and_on_is_told_again_once_a_minute(self) -> None:
        clock = Clock()
        rates = Rates(clock=clock)
        told = 0
        for _ in range(int(3 * QUIET * 100)):
            told += rates.ask(1) is Admission.TOO_MUCH
            clock.now += 0.01
        assert told == 3

    def test_is_welcome_again_after_a_pause(self) -> None:
        clock = Clock()
        rates = Rates(at_once=2, a_minute=30, clock=clock)
        assert [rates.ask(1) for _ in range(3)][-1] is Admission.TOO_MUCH
        clock.now += 2
        assert rates.ask(1) is Admission.WELCOME
        assert rates.ask(1) is Admission.PASSED_OVER

    def test_does_not_pay_for_another(self) -> None:
        rates = Rates(at_once=1, clock=Clock())
        assert [rates.ask(1), rates.ask(1), rates.ask(2)] == [Admission.WELCOME, Admission.TOO_MUCH, Admission.WELCOME]


class TestMemory:
    def test_holds_the_latest_people_only(self) -> None:
        rates = Rates(at_once=1, most_people=100, clock=Clock())
        for person in range(1000):
            rates.ask(person)
        assert len(rates) == 100
        assert rates.ask(999) is Admission.TOO_MUCH
