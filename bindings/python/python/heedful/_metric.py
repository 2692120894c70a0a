"""Scales and metrics: configuration as data, checked by the core."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from heedful import _heedful


class Scale:
    """The points a respondent can choose; it says nothing about scoring.

    A scale is made of its points, ascending, and labels where they have some. Ratings that come as texts are read by
    label, or by the number they begin with (``10 - Extremely likely``).

    >>> import heedful as hf
    >>> hf.Scale.preset("0-10")
    Scale('0-10')
    >>> hf.Scale([1, 2, 3], labels=["bad", None, "good"]).points
    (1.0, 2.0, 3.0)
    """

    __slots__ = ("_json", "_labels", "_points")

    def __init__(self, points: Iterable[float], labels: Iterable[str | None] | None = None) -> None:
        document: dict[str, object] = {"points": [float(point) for point in points]}
        if labels is not None:
            document["labels"] = list(labels)
        self._read(json.dumps(document))

    def _read(self, text: str) -> None:
        self._json, points, labels = _heedful.scale(text)
        self._points = tuple(points)
        self._labels = tuple(labels)

    @classmethod
    def preset(cls, name: str) -> Scale:
        """A scale by its name.

        `0-10`, `1-10`, `1-7`, `1-5`, `1-4`, `1-3`, `0-100`, `binary` (0 no, 1 yes), `thumbs` (0 down, 1 up),
        `smileys` (1 unhappy, 2 neutral, 3 happy), `disappointment` (1 not, 2 somewhat, 3 very disappointed).
        """
        return cls.from_json(json.dumps(name))

    @classmethod
    def from_json(cls, text: str) -> Scale:
        """Reads a preset's name in quotes, or an object with `points` and perhaps `labels`."""
        scale = cls.__new__(cls)
        scale._read(text)
        return scale

    def to_json(self) -> str:
        """The scale as `from_json` reads it."""
        return self._json

    @property
    def points(self) -> tuple[float, ...]:
        """The points, ascending."""
        return self._points

    @property
    def labels(self) -> tuple[str | None, ...]:
        """The label of each point, where it has one."""
        return self._labels

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scale) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Scale.from_json, (self._json,))

    def __repr__(self) -> str:
        document = json.loads(self._json)
        return f"Scale({document!r})" if isinstance(document, str) else f"Scale({list(self._points)!r})"


class Metric:
    """A scale plus a declared scoring rule; never inferred from the data.

    `rule` is a dict with a `type`:

    ============================================================  ==============================================
    rule                                                          score
    ============================================================  ==============================================
    ``{"type": "net", "positive": [9, 10], "negative": [0, 6]}``  100 times the share in one range less that in
                                                                  the other, both inclusive: -100 to 100
    ``{"type": "top", "boxes": 2}``                               100 times the share in the highest points
    ``{"type": "bottom", "boxes": 2}``                            100 times the share in the lowest points
    ``{"type": "mean"}``                                          mean, in points of the scale
    ``{"type": "rescaled"}``                                      mean with the lowest point as 0, the highest 100
    ============================================================  ==============================================

    Bands follow from the rule unless given: ``[{"name": "satisfied", "from": 4, "to": 5}, ...]``.

    >>> import heedful as hf
    >>> csat = hf.Metric(name="csat_10", scale="0-10", rule={"type": "top", "boxes": 3})
    >>> hf.score([10, 8, 7, None], metric=csat).value
    66.66666666666667
    >>> hf.Metric.preset("nps").rule["positive"]
    [9.0, 10.0]
    """

    __slots__ = ("_document", "_json")

    def __init__(
        self,
        *,
        name: str,
        scale: str | Scale | Mapping[str, Any],
        rule: Mapping[str, Any],
        bands: Iterable[Mapping[str, Any]] | None = None,
        better: str | None = None,
    ) -> None:
        plain = json.loads(scale.to_json()) if isinstance(scale, Scale) else scale
        document: dict[str, object] = {"name": name, "scale": plain, "rule": dict(rule)}
        if bands is not None:
            document["bands"] = [dict(band) for band in bands]
        if better is not None:
            document["better"] = better
        self._read(json.dumps(document))

    def _read(self, text: str) -> None:
        self._json = _heedful.metric(text)
        self._document = cast("dict[str, Any]", json.loads(self._json))

    @classmethod
    def preset(cls, name: str) -> Metric:
        """A metric by its name; `Metric.presets` lists them.

        ==================  ==============  ====================================================
        name                scale           rule
        ==================  ==============  ====================================================
        `nps`, `enps`       0-10            share of 9-10 less share of 0-6
        `csat`              1-5             share of 4-5 (top 2)
        `csat_mean`         1-5             mean
        `csat_rescaled`     1-5             mean with 1 as 0 and 5 as 100
        `ces`               1-7             mean (CES 2.0: 7 is "strongly agree that it was easy")
        `ces_top`           1-7             share of 5-7
        `ces_net`           1-7             share of 5-7 less share of 1-3
        `ces_1`             1-5             mean effort (CES 1.0: lower is better)
        `psat`              binary          share of yes
        `psat_5`, `psat_7`  1-5, 1-7        share of the top 2
        `stars`             1-5             mean
        `thumbs`            thumbs          share of up
        `smileys`           smileys         share of happy less share of unhappy
        `pmf`               disappointment  share of "very disappointed" without the product
        `acsi`              1-10            mean with 1 as 0 and 10 as 100
        ==================  ==============  ====================================================
        """
        return cls.from_json(_heedful.metric_preset(name))

    @staticmethod
    def presets() -> list[str]:
        """The names that `preset` knows."""
        return _heedful.metrics()

    @classmethod
    def from_json(cls, text: str) -> Metric:
        """Reads a metric: an object, or a preset's name in quotes."""
        metric = cls.__new__(cls)
        metric._read(text)
        return metric

    def to_json(self) -> str:
        """The whole definition as JSON."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """The whole definition as a dict."""
        return cast("dict[str, Any]", json.loads(self._json))

    @property
    def name(self) -> str:
        """For example `nps`."""
        return cast("str", self._document["name"])

    @property
    def scale(self) -> Scale:
        """The points a respondent can choose."""
        return Scale.from_json(json.dumps(self._document["scale"]))

    @property
    def rule(self) -> dict[str, Any]:
        """How points become a score."""
        return dict(self._document["rule"])

    @property
    def bands(self) -> list[dict[str, Any]]:
        """The bands from the lowest to the highest, each with `name`, `from` and `to`."""
        return [dict(band) for band in self._document["bands"]]

    @property
    def better(self) -> str:
        """`higher` or `lower`: which is the good news."""
        return cast("str", self._document["better"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Metric) and self._json == other._json

    def __hash__(self) -> int:
        return hash(self._json)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Metric.from_json, (self._json,))

    def __repr__(self) -> str:
        return f"Metric(name={self.name!r}, scale={self._document['scale']!r}, rule={self._document['rule']!r})"
