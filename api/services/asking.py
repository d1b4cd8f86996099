"""Questions that tracks raise, as they stand: what is open holds a verdict back, what was approved changes how files are read.

A question names the people, days and files it is about. Approving a datum covers those files, and every later one of a program
that gave its name; nothing is applied before somebody says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api import messages
from api.services.holding import CLOCK, DATUM, HELD_BY, Held
from data import questions
from data.questions import ANSWERED, APPROVED, DECISIONS, OPEN, RAISED, REFUSED, Question
from data.store import Actor, Store
from data.verdicts import Version
from geo.errors import InputError, NotFoundError

Document = dict[str, Any]
LONGEST: Final = 2000
FIELDS: Final = frozenset({"decision", "text"})


@dataclass(frozen=True, slots=True)
class Raised:
    """A question to be asked: its subject, its kind, the people and days, the files (SHA-256), and the values of its sentence."""

    subject: str
    kind: str
    people: tuple[tuple[str, date], ...]
    files: tuple[str, ...]
    values: Mapping[str, str | int | float]
    more: Mapping[str, str] | None = None

    @property
    def content(self) -> Document:
        """What is recorded of it."""
        people = sorted([person, on.isoformat()] for person, on in self.people)
        said = {"kind": self.kind, "people": people, "files": sorted(self.files), "values": dict(self.values)}
        return {**said, **(self.more or {})}


class Answers:
    """All questions and answers of a store, found by person and day and by file."""

    def __init__(self, found: Sequence[Question]) -> None:
        self.questions = found
        self._about: dict[tuple[str, str], list[Question]] = {}
        for question in found:
            for pair in _people(question):
                self._about.setdefault(pair, []).append(question)

    def about(self, person: str, on: date) -> list[Question]:
        """Return the questions about a person's day, in the order they were raised."""
        return self._about.get((person, on.isoformat()), [])

    def held(self, person: str, on: date) -> tuple[Held, ...]:
        """Return what holds a person's day back, the kind that is asked first in front."""
        found = [q for q in self.about(person, on) if _holds(q)]
        listed = [Held(q.first.content["kind"], q.subject, q.raised[-1].content["values"]) for q in found]
        return tuple(sorted(listed, key=lambda one: (list(HELD_BY).index(one.kind), one.subject)))

    def reading(self, recorder: str, label: str, file_sha256: str) -> str:
        """Return how a file's numbers are read: as labelled, or as was approved for it or for its program."""
        for question in self.questions:
            said = question.first.content
            if said["kind"] == DATUM and (said["recorder"], said["label"]) == (recorder, label):
                for decision, files in _decided(question):
                    if decision == APPROVED and (recorder or file_sha256 in files):
                        return str(said["reading"])
        return label

    def settled(self, recorder: str, label: str, file_sha256: str) -> bool:
        """Tell whether somebody said that a file's label is right."""
        for question in self.questions:
            said = question.first.content
            if said["kind"] == DATUM and (said["recorder"], said["label"]) == (recorder, label):
                for decision, files in _decided(question):
                    if decision == REFUSED and (recorder or file_sha256 in files):
                        return True
        return False


def answers_of(store: Store) -> Answers:
    """Return all questions of a store."""
    with store.read() as view:
        return Answers(questions.load(view))


def raise_all(unit: Any, raised: Iterable[Raised]) -> int:
    """Return how many questions were asked that were not asked like that before."""
    there = {question.subject: question for question in questions.load(unit)}
    count = 0
    for one in raised:
        known = there.get(one.subject)
        if known is not None and all(entry in _said(known) for entry in _pairs(one)):
            continue
        questions.add(unit, one.subject, RAISED, one.content)
        count += 1
    return count


def close(unit: Any, subject: str, decision: str, text: str) -> None:
    """Answer a question that is open under a subject; where none is, nothing is to be done."""
    for question in questions.load(unit):
        if question.subject == subject and question.state == OPEN:
            questions.add(unit, subject, ANSWERED, {"decision": decision, "text": text})


def answer(store: Store, number: int, said: Mapping[str, str], actor: Actor) -> Question:
    """Return a question with its new answer.

    Errors: ``entry.unknown``, ``question.decision``, ``step.text`` (a reason is needed); ``question.none``.
    """
    for name in said:
        if name not in FIELDS:
            raise InputError("entry.unknown", name[:60], values={"known": ", ".join(sorted(FIELDS))})
    decision, text = said.get("decision", ""), said.get("text", "").strip()
    if decision not in DECISIONS:
        raise InputError("question.decision", "decision", got=decision[:40])
    if not text or len(text) > LONGEST:
        raise InputError("step.text", "text", limit=LONGEST, got=len(text))

    def work(unit: Any) -> Question:
        question = questions.by_number(questions.load(unit), number)
        if question is None:
            raise NotFoundError("question.none", str(number))
        if decision == APPROVED and question.first.content["kind"] == CLOCK:
            raise InputError("question.decision", "decision", got=decision)
        questions.add(unit, question.subject, ANSWERED, {"decision": decision, "text": text})
        return question

    return store.run(work, actor=actor)


def shown(question: Question, lang: str) -> Document:
    """Return a question as pages show it."""
    last = question.raised[-1].content
    code = f"question.{last['kind']}"
    people = _people(question)
    proposal = f"{code}.proposal"
    return {
        "number": question.first.seq,
        "kind": last["kind"],
        "title": messages.sentence(f"asked.{last['kind']}", lang),
        "sentence": messages.sentence(code, lang, last["values"]),
        "proposal": messages.sentence(proposal, lang, last["values"]) if proposal in messages.table() else "",
        "people": len({person for person, _ in people}),
        "days": sorted({on for _, on in people}),
        "state": question.state,
        "state_word": messages.sentence(f"asked.{question.state}", lang),
        "open": question.state == OPEN,
        "can_approve": last["kind"] != CLOCK,
        "approve": messages.sentence(f"asked.{last['kind']}.approve", lang),
        "refuse": messages.sentence(f"asked.{last['kind']}.refuse", lang),
        "answers": [entry.content["text"] for entry in question.entries if entry.kind == ANSWERED],
    }


def days_of(question: Question) -> list[str]:
    """Return the days that a question is about."""
    return sorted({on for _, on in _people(question)})


def about_verdict(store: Store, one: Version, lang: str) -> list[Document]:
    """Return the questions about the day of a verdict, the open ones first."""
    found = [shown(question, lang) for question in answers_of(store).about(one.person, one.day)]
    return sorted(found, key=lambda question: not question["open"])


def of_day(store: Store, on: date, lang: str) -> list[Document]:
    """Return the open questions about a day that somebody has to look at.

    What holds verdicts back always is; a mere pattern only where another one of the same person's day points the same way.
    """
    questions_there = answers_of(store).questions
    about = {q.subject: [p for p in _people(q) if p[1] == on.isoformat()] for q in questions_there}
    found = [q for q in questions_there if q.state == OPEN and about[q.subject]]
    kinds: dict[tuple[str, str], set[str]] = {}
    for question in found:
        for pair in about[question.subject]:
            kinds.setdefault(pair, set()).add(question.first.content["kind"])
    return [shown(q, lang) for q in found if _holds(q) or any(len(kinds[pair]) > 1 for pair in about[q.subject])]


def _holds(question: Question) -> bool:
    """Tell whether a question holds verdicts back: while it is open; a track that is a copy stays one."""
    kind = question.first.content["kind"]
    return kind in HELD_BY and (question.state == OPEN or (HELD_BY[kind] and question.state == APPROVED))


def _people(question: Question) -> list[tuple[str, str]]:
    return [(person, on) for entry in question.raised for person, on in entry.content["people"]]


def _said(question: Question) -> set[str]:
    return {pair for entry in question.raised for pair in [*map(str, entry.content["people"]), *entry.content["files"]]}


def _pairs(one: Raised) -> list[str]:
    return [*map(str, one.content["people"]), *one.content["files"]]


def _decided(question: Question) -> Iterable[tuple[str, frozenset[str]]]:
    """Give each decision with the files that had been named by then."""
    files: set[str] = set()
    for entry in question.entries:
        if entry.kind == RAISED:
            files |= set(entry.content["files"])
        else:
            yield entry.content["decision"], frozenset(files)
