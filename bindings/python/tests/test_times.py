"""Times and days as users write them."""

import datetime

import heedful as hf
import pytest
from heedful._times import day, instant, of_day, of_instant

NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
MILLIS = 1_769_860_800_000


@pytest.mark.parametrize(
    "time",
    [
        NOON,
        NOON.replace(tzinfo=None),
        NOON.astimezone(datetime.timezone(datetime.timedelta(hours=5))),
        "2026-01-31T12:00Z",
        "2026-01-31 13:00+01:00",
        "2026-01-31T12:00:00",
        MILLIS,
    ],
)
def test_an_instant_is_written_in_many_ways(time):
    assert instant(time) == MILLIS
    assert of_instant(MILLIS) == NOON


@pytest.mark.parametrize("written", [datetime.date(2026, 1, 31), "2026-01-31", NOON, "2026-01-31T23:59"])
def test_a_day_too(written):
    assert of_day(day(written, "start")) == datetime.date(2026, 1, 31)


def test_numbers_of_numpy_are_milliseconds():
    numpy = pytest.importorskip("numpy")
    assert instant(numpy.int64(MILLIS)) == MILLIS
    pandas = pytest.importorskip("pandas")
    assert instant(pandas.Timestamp("2026-01-31T12:00Z")) == MILLIS


@pytest.mark.parametrize(
    ("call", "code", "path"),
    [
        (lambda: hf.detect([1, 2, 3], every="week", start="31/01/2026"), "date-invalid", "start"),
        (lambda: hf.detect([1, 2, 3], every="week", start=5.5), "invalid-argument", "start"),
        (lambda: hf.detect([1, 2, 3], every="week", holidays=["christmas"]), "date-invalid", "holidays"),
        (lambda: hf.Detector(every="day", alarms_per_month=2, since="soon"), "date-invalid", "since"),
        (lambda: hf.ContactPolicy().decide([{"customer": "a", "survey": "nps"}], now="today"), "date-invalid", "now"),
        (lambda: hf.BusinessCalendar().is_open("noon"), "date-invalid", "at"),
        (lambda: hf.Pulse().judge(None), "invalid-argument", "now"),
    ],
)
def test_what_is_no_time_is_refused_by_name(call, code, path):
    with pytest.raises(hf.HeedfulError) as raised:
        call()
    assert (raised.value.code, raised.value.path) == (code, path)


def test_texts_and_dates_say_the_same():
    counts = [20 + week % 5 for week in range(120)]
    first, second = (hf.detect(counts, every="week", start=start)[0] for start in ("2001-01-01", datetime.date(2001, 1, 1)))
    assert first["period"] == second["period"]
    assert first["expected"] == second["expected"]
    hours = [5 + hour % 3 for hour in range(24 * 20)]
    first, second = (
        hf.detect(hours, every="hour", start=start)[0] for start in ("2026-01-01T05:00", datetime.datetime(2026, 1, 1, 5))
    )
    assert first["period"] == second["period"]
    assert str(first["period"][0]) == "2026-01-01 05:00:00"


def test_a_survey_by_the_name_of_its_preset():
    assert hf.Survey("nps").to_dict() == hf.Survey.preset("nps").to_dict()
    with pytest.raises(hf.HeedfulError, match="npss"):
        hf.Survey("npss")
