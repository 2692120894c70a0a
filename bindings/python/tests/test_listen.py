"""Exports by preset, surveys and sessions, contact rules."""

import datetime
import json
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest

import heedful as hf

EXPORTS = Path(__file__).resolve().parents[3] / "tests" / "exports"
CASES = json.loads((EXPORTS / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_every_tool_is_recognised_and_read(case: dict[str, Any]) -> None:
    path = EXPORTS / case["file"]
    if "error" in case:
        with pytest.raises(hf.HeedfulError) as caught:
            hf.read(path, preset="auto")
        assert (caught.value.code, caught.value.path) == (case["error"], case["path"])
        return
    responses = hf.read(path, preset="auto")
    reading = responses.reading
    assert reading is not None and reading.recognised is not None
    found = reading.recognised
    assert (found["preset"], found["header_rows"]) == (case["preset"], case["header_rows"])
    for role in ("rating", "at", "comment", "customer"):
        assert responses.roles.get(role) == case[role], role
    names = [column["column"] for column in found["columns"] if column["role"] == "attribute"]
    assert names == case["attributes"]
    assert (len(responses), reading.rows) == (case["rows"], case["rows"])
    first = json.loads((responses.to_jsonl() or "").splitlines()[0])
    assert first[case["at"]] == case["first_at"]
    if case["rating"] is None:
        return
    assert first[case["comment"]] == case["first_comment"]
    score = hf.score(responses)
    assert (score["n"], score["missing"]) == ([case["n"]], [case["missing"]])
    assert score["value"] == [pytest.approx(case["value"])]
    # From memory, by the tool's name, it is the same.
    again = hf.read(path.read_bytes(), preset=case["preset"])
    assert again.to_csv() == responses.to_csv()


def test_responses_are_written_and_read_back(tmp_path: Path) -> None:
    read = hf.read(EXPORTS / "qualtrics.csv", preset="auto")
    file = tmp_path / "responses.csv"
    assert read.to_csv(file) is None
    again = hf.read(file, rating="Q1", at="RecordedDate", comment="Q2", customer="ExternalReference", attributes="all")
    assert again.to_csv() == read.to_csv()


def test_a_survey_is_data_with_a_path_to_what_is_wrong() -> None:
    assert {"nps", "csat"} <= set(hf.Survey.presets())
    survey = hf.Survey.preset("nps")
    assert hf.Survey(survey.to_dict()).to_json() == hf.Survey(survey.to_json()).to_json()
    assert len(survey.paths()) > 1
    with pytest.raises(hf.HeedfulError) as caught:
        hf.Survey({**survey.to_dict(), "metric": "nope"})
    assert caught.value.path == "metric"


def test_a_session_goes_on_elsewhere_and_refuses_without_moving() -> None:
    survey = hf.Survey.preset("nps")
    session = hf.Session(survey, language="fr", customer="c1", attributes={"plan": "pro"})
    with pytest.raises(hf.HeedfulError) as caught:
        session.answer(11)
    assert caught.value.code == "rating-out-of-range"
    assert (session.step["id"], session.status) == ("rating", "open")
    session.answer(9)
    other = hf.Session.from_json(survey, session.to_json())
    assert other.step == session.step
    assert other.back()["previous"] == {"rating": 9.0}
    assert session.answer(None)["type"] == "thanks"
    assert (session.response["rating"], session.response["band"]) == (9.0, "promoter")
    assert session.response["attributes"] == [["plan", "pro"]]
    declined = hf.Session(survey)
    declined.decline()
    assert declined.status == "declined"


NOW = datetime.datetime(2026, 2, 2, 12, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize("frame", [dict, pandas.DataFrame, polars.DataFrame], ids=["dict", "pandas", "polars"])
def test_contact_rules_on_frames(frame: Any) -> None:
    policy = hf.ContactPolicy(
        {"rules": [{"gap": {"days": 30}}, {"sample": {"salt": "s", "rate": 1, "segments": [
            {"attribute": "plan", "is": ["free"], "rate": 0}]}}]}
    )
    day = datetime.timedelta(days=1)
    past = frame({"customer": ["ada", "bo"], "survey": ["nps", "nps"], "at": [NOW - 10 * day, NOW - 40 * day]})
    candidates = frame({
        "customer": ["ada", "bo", "cy", "di"],
        "survey": ["nps"] * 4,
        "plan": ["pro", "pro", "free", "pro"],
        "opted_out": [False, False, False, True],
    })
    decisions = policy.decide(candidates, past, now=NOW)
    until = int((NOW + 20 * day).timestamp() * 1000)
    assert [one["verdict"] for one in decisions] == [
        {"do": "later", "at": until},
        {"do": "ask", "channel": None},
        {"do": "never"},
        {"do": "never"},
    ]
    assert [[hold["code"] for hold in one["holds"]] for one in decisions] == [
        ["gap"], [], ["not-sampled"], ["opted-out"]
    ]
    plan = policy.plan(candidates, past, start=NOW, end=NOW + 7 * day)
    assert [bool(send) for send in plan["send"]] == [False, True, False, False]
    replayed = policy.replay(past)
    assert (replayed["sent"], replayed["refused"]) == (2, [])


def test_contact_tables_say_what_is_wrong() -> None:
    policy = hf.ContactPolicy()
    with pytest.raises(hf.HeedfulError) as caught:
        policy.decide({"customer": ["a"]}, now=NOW)
    assert (caught.value.code, caught.value.path) == ("missing-column", "survey")
    past = {"customer": ["a"], "survey": ["nps"], "at": [0], "outcome": ["perhaps"]}
    with pytest.raises(hf.HeedfulError) as caught:
        policy.decide({"customer": ["a"], "survey": ["nps"]}, past, now=NOW)
    assert (caught.value.code, caught.value.path, caught.value.row) == ("invalid-argument", "outcome", 0)
    with pytest.raises(hf.HeedfulError) as caught:
        hf.ContactPolicy({"rules": [{"gap": {"days": -1}}]})
    assert caught.value.path == "rules[0].gap.days"


def test_pseudonyms_are_keyed_and_keep_what_is_missing() -> None:
    # RFC 4231, test case 2.
    assert hf.pseudonym("what do ya want for nothing?", key=b"Jefe") == "5bdcc146bf60754e6a042426089575c7"
    series = pandas.Series(["ada", None, "bo"], index=[5, 6, 7], name="who")
    hidden = hf.pseudonym(series, key=b"k" * 16)
    assert list(hidden.index) == [5, 6, 7] and hidden.isna().tolist() == [False, True, False]
    assert hidden[5] == hf.pseudonym("ada", key=b"k" * 16) != hf.pseudonym("ada", key=b"l" * 16)


def test_a_customer_is_forgotten_and_the_score_stays() -> None:
    frame = pandas.DataFrame({"score": [10, 3], "who": ["ada", "bo"], "why": ["I am Ada", "slow"], "mail": ["a@b.example", None]})
    responses = hf.Responses(frame, rating="score", customer="who", comment="why")
    left, rows = hf.forget(responses, ["ada"], also=["mail"])
    assert rows == 1 and "ada" not in (left.to_csv() or "").lower() and "b.example" not in (left.to_csv() or "")
    assert hf.score(left)["value"] == hf.score(responses)["value"]
    with pytest.raises(hf.HeedfulError) as caught:
        hf.forget(hf.Responses({"score": [1]}), "ada")
    assert caught.value.path == "customer"


def test_a_session_is_forgotten_and_goes_on_nowhere() -> None:
    survey = hf.Survey.preset("nps")
    session = hf.Session(survey, customer="ada", account="acme", attributes={"name": "Ada Lovelace"})
    session.answer(3)
    session.answer("it is me, Ada")
    assert not session.forget("bo") and session.forget("ada") and not session.forget("ada")
    stored = session.to_json()
    assert "ada" not in stored.lower() and "acme" not in stored
    assert session.response["rating"] == 3 and session.response["comment"] is None
    assert hf.Session.from_json(survey, stored).step["type"] == "thanks"


def test_the_stored_health_of_an_account_is_forgotten() -> None:
    card = {"name": "use", "groups": [{"id": "use", "measures": [{"id": "logins", "points": {"linear": [[0, 0], [20, 100]]}}]}]}
    seen = hf.health(card, {"account": ["acme", "bolt"], "logins": [12, 4]})
    left, gone = hf.forget(seen.state, ["acme", "nobody"])
    assert gone == 1 and "acme" not in left and "bolt" in left


def test_how_much_comments_say_on_frames_and_series() -> None:
    comments = ["Great!!!", None, "delivery, packaging, support", "Late because the driver lost my parcel"]
    found = hf.comment_strength(pandas.Series(comments))
    assert found["nudge"].tolist()[2] == "say_why" and found["nudge"].isna().tolist() == [False, True, False, True]
    assert found["value"].isna().tolist() == [False, True, False, False]
    frame = polars.DataFrame({"why": comments})
    assert hf.comment_strength(frame, "why")["words"].to_list() == [1, None, 3, 7]
    with pytest.raises(hf.HeedfulError):
        hf.comment_strength(frame, "what")


def test_weights_against_silence() -> None:
    frame = pandas.DataFrame({"score": [10, 9, 2] + [None] * 3, "plan": ["pro"] * 2 + ["free"] * 4})
    found = hf.response_propensity(frame, "plan", rating="score", minimum=1)
    assert isinstance(found.cells, pandas.DataFrame)
    assert found.cells["rate"].tolist() == [0.25, 1.0]
    assert (found.invited, found.responded, found.unheard) == (6, 3, 0)
    assert found.effective_n == pytest.approx(2)
    assert found.value == pytest.approx(100 / 3) and found.bounds == pytest.approx((-100 / 3, 200 / 3))


SESSIONS = json.loads((EXPORTS.parent / "sessions.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", SESSIONS, ids=lambda case: case["name"])
def test_every_language_runs_the_same_sessions(case: dict[str, Any]) -> None:
    survey = hf.Survey.preset(case["preset"])
    session = hf.Session(survey, **case["context"])
    for step in case["steps"]:
        assert (session.step["id"], session.step["type"]) == (step["id"], step["type"])
        assert session.step["text"] == step.get("text", session.step["text"])
        answer = None if step["answer"] == "skip" else step["answer"]
        before = session.to_json()
        if "error" in step:
            with pytest.raises(hf.HeedfulError) as caught:
                session.answer(answer)
            assert (caught.value.code, caught.value.path) == (step["error"], step["path"])
            assert session.to_json() == before
        else:
            session.answer(answer)
            session = hf.Session.from_json(survey, session.to_json())
    assert session.status == case["status"]
    assert {name: session.response[name] for name in case["response"]} == case["response"]
