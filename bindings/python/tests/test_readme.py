"""Runs the Python code of the README."""

import pathlib
import re
import subprocess
import sys

import pytest

README = pathlib.Path(__file__).parents[3] / "README.md"


def test_every_python_block_runs(capsys):
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "pro 50.0" in capsys.readouterr().out


def test_the_example_scores_the_sample():
    example = README.parent / "examples/python/scores.py"
    done = subprocess.run([sys.executable, example], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "nan" not in done.stdout.lower()


def test_the_example_says_why_a_score_moved(tmp_path):
    page = tmp_path / "page.html"
    example = README.parent / "examples/python/why_did_it_move.py"
    done = subprocess.run([sys.executable, example, page], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert " to " in done.stdout.splitlines()[0] and done.stdout.splitlines()[1].startswith("NPS ")
    assert page.read_text(encoding="utf-8").count("<svg") >= 4


def test_the_example_plans_contacts():
    example = README.parent / "examples/python/contact_plan.py"
    done = subprocess.run([sys.executable, example], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "100 invitations" in done.stdout


def test_the_example_of_money_knows_its_own_truth():
    example = README.parent / "examples/python/business_case.py"
    done = subprocess.run([sys.executable, example], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "after 6 months, from the data" in done.stdout
    assert "expected return" in done.stdout


def test_the_example_checks_a_scorecard_against_churn(tmp_path):
    if not (README.parents[1] / "shared/data/churn_telco").exists():
        pytest.skip("../shared/data/churn_telco is not there")
    page = tmp_path / "page.html"
    example = README.parent / "examples/python/health_backtest.py"
    done = subprocess.run([sys.executable, example, page], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "area under the curve on 3521 others: 0.8" in done.stdout
    assert page.read_text(encoding="utf-8").count("<svg") == 2
    assert (tmp_path / "page_lift.json").exists()
