"""Surveys as data, and sessions that run them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from heedful import _heedful, _options
from heedful._errors import HeedfulError

if TYPE_CHECKING:
    from heedful._types import AnswerLike


class Survey:
    """A survey: one rated question with its metric, follow-ups, reason buttons, extra questions, thanks, languages.

    `definition` is a dict or JSON, as its JSON Schema (`docs/schemas/survey.json`) says, or the name of a preset; what
    is wrong with it is an error with a path.

    >>> import heedful as hf
    >>> survey = hf.Survey.preset("nps")
    >>> survey
    Survey(nps)
    >>> survey.lint()
    []
    """

    __slots__ = ("_data",)
    _data: _heedful.Survey

    def __init__(self, definition: Mapping[str, Any] | str) -> None:
        if isinstance(definition, str) and not definition.lstrip().startswith("{"):
            self._data = _heedful.Survey.preset(definition)
            return
        text = definition if isinstance(definition, str) else _options.dumps(definition)
        self._data = _heedful.Survey(text)

    @classmethod
    def preset(cls, name: str) -> Survey:
        """A survey by its name, in six languages: see `presets`."""
        survey = cls.__new__(cls)
        survey._data = _heedful.Survey.preset(name)
        return survey

    @staticmethod
    def presets() -> list[str]:
        """The names that `preset` knows."""
        return _heedful.Survey.presets()

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.to_dict()["id"])

    def to_dict(self) -> dict[str, Any]:
        """The definition."""
        made: dict[str, Any] = json.loads(self._data.json())
        return made

    def to_json(self) -> str:
        """The definition as JSON."""
        return self._data.json()

    def lint(self) -> list[dict[str, Any]]:
        """What is doubtful about it: `code`, `path` and `reason` of each finding."""
        found: list[dict[str, Any]] = json.loads(self._data.lint())
        return found

    def paths(self) -> list[dict[str, Any]]:
        """Every way through it, for review and for tests."""
        found: list[dict[str, Any]] = json.loads(self._data.paths())
        return found

    def __repr__(self) -> str:
        return f"Survey({self.id})"


class Session:
    """A survey under way: a step to show, an answer, the next step.

    The same survey, context and answers give the same steps everywhere. An answer that does not fit is an error and
    leaves the session as it was. `language`, `channel` and so on say who is asked and how; `attributes` are known by
    the host and may be used by conditions and texts; `seed` draws the order of options that are shuffled.

    >>> import heedful as hf
    >>> session = hf.Session(hf.Survey.preset("nps"), language="de", customer="c7")
    >>> session.step["id"], session.answer(3)["id"]
    ('rating', 'comment')
    >>> session = hf.Session.from_json(session.survey, session.to_json())
    >>> session.answer("zu langsam")["type"]
    'thanks'
    >>> session.status, session.response["band"]
    ('complete', 'detractor')
    """

    __slots__ = ("_data", "_survey")
    _data: _heedful.Session
    _survey: Survey

    def __init__(
        self,
        survey: Survey,
        *,
        language: str = "",
        channel: str | None = None,
        customer: str | None = None,
        account: str | None = None,
        attributes: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        presentation: str | None = None,
        seed: int = 0,
    ) -> None:
        if not isinstance(survey, Survey):
            raise HeedfulError("invalid-argument", "a `Survey` is needed", "survey")
        pairs = attributes.items() if isinstance(attributes, Mapping) else attributes
        context = {
            "language": language,
            "channel": channel,
            "customer": customer,
            "account": account,
            "attributes": [list(pair) for pair in pairs],
            "presentation": presentation,
            "seed": seed,
        }
        self._survey = survey
        self._data = _heedful.Session(survey._data, _options.dumps(context))

    @classmethod
    def from_json(cls, survey: Survey, text: str) -> Session:
        """Goes on with what `to_json` gave, on this or another machine."""
        session = cls.__new__(cls)
        session._survey = survey
        session._data = _heedful.Session.resume(survey._data, text)
        return session

    @property
    def survey(self) -> Survey:
        """The survey."""
        return self._survey

    @property
    def step(self) -> dict[str, Any]:
        """What to show now: `id`, `type` (`rating`, `choice`, `choices`, `text` or `thanks`), `text`, `required`,
        `points`, `low`, `high`, `options`, `action`, `previous`, `progress`."""
        return _loads(self._data.step())

    def answer(self, answer: AnswerLike, step: str | None = None) -> dict[str, Any]:
        """Answers a step (the current one where not given) and gives the next.

        A number is a rating, a text what was written or the id of an option, a list the ids of options, `None` skips.
        A dict is passed on as it is: ``{"text": {"text": "too slow", "reasons": ["speed"], "sentiment": -0.4}}``.
        """
        current = _loads(self._data.step())
        return _loads(self._data.answer(step or current["id"], _options.dumps(_answer(answer, current["type"]))))

    def back(self) -> dict[str, Any]:
        """Goes back one step, which it gives; what was answered is in its `previous`."""
        return _loads(self._data.back())

    def decline(self) -> dict[str, Any]:
        """The respondent does not want to go on; what was answered is kept."""
        return _loads(self._data.decline())

    def forget(self, customer: str) -> bool:
        """Forgets the respondent, if this is the customer: ids, undeclared attributes and everything written go, ratings
        and choices stay, and the session is over. Whether it was.

        >>> import heedful as hf
        >>> session = hf.Session(hf.Survey.preset("nps"), customer="ada")
        >>> _ = session.answer(3), session.answer("it is me, Ada")
        >>> session.forget("ada"), "Ada" in session.to_json(), session.response["rating"]
        (True, False, 3.0)
        """
        return self._data.forget(customer)

    @property
    def status(self) -> str:
        """`open`, `partial`, `complete` or `declined`."""
        status: str = json.loads(self._data.status())
        return status

    @property
    def response(self) -> dict[str, Any]:
        """What the session has brought, at any point, and how it was asked."""
        return _loads(self._data.response())

    def to_json(self) -> str:
        """Its state, to go on with elsewhere by `from_json`."""
        return self._data.json()

    def __repr__(self) -> str:
        return f"Session({self._survey.id}, {self.status}, at {self.step['id']})"


def _answer(answer: Any, kind: str) -> object:
    if answer is None:
        return "skip"
    if isinstance(answer, Mapping):
        return answer
    if isinstance(answer, str):
        return {"text": {"text": answer}} if kind == "text" else {"choices": [answer]}
    if isinstance(answer, Iterable):
        return {"choices": list(answer)}
    return {"rating": answer}


def _loads(text: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text)
    return made
