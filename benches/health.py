"""Scorecards learned by Heedful and scikit-learn's logistic regression, on the same folds in the same run.

`python benches/health.py [SEEDS]` with the wheel, pandas and scikit-learn. Each learns from four fifths of the customers of
../shared/data/churn_telco and forecasts the last fifth, fold by fold, over SEEDS divisions (3 where not given); what the
scorecard learns (curves, weights, which measures, its penalty) it learns from the four fifths alone, and its total comes from
`hf.health`. The area under the curve is the mean over folds; the calibration error is the mean difference between forecast
and share over ten bins of equally many forecasts, all folds together. Below are made data that the regression fits exactly,
without a bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import heedful as hf
import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TELCO = Path(__file__).resolve().parents[1] / "../shared/data/churn_telco/Telco-Customer-Churn.csv"
NUMBERS = ["tenure", "MonthlyCharges", "TotalCharges"]
USAGE = [*NUMBERS, "PhoneService", "MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup", "DeviceProtection",
         "TechSupport", "StreamingTV", "StreamingMovies", "Contract", "PaperlessBilling", "PaymentMethod"]
ALL = ["gender", "SeniorCitizen", "Partner", "Dependents", *USAGE]
Forecast = Callable[[pd.DataFrame, pd.DataFrame], np.ndarray]


def rival(taught: pd.DataFrame, judged: pd.DataFrame) -> np.ndarray:
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    names = OneHotEncoder(handle_unknown="ignore")
    is_number = make_column_selector(dtype_include="number")
    columns = make_column_transformer((numbers, is_number), (names, make_column_selector(dtype_exclude="number")))
    model = make_pipeline(columns, LogisticRegression(max_iter=5000))
    return model.fit(taught.drop(columns="left"), taught["left"]).predict_proba(judged.drop(columns="left"))[:, 1]


def scorecard(most: int) -> Forecast:
    def forecast(taught: pd.DataFrame, judged: pd.DataFrame) -> np.ndarray:
        fitted = hf.fit_scorecard(taught, outcome="left", measures=taught.columns.drop("left"), most=most)
        total = hf.health(fitted.scorecard, judged.assign(account=np.arange(len(judged)))).accounts["total"]
        risk = fitted.report["intercept"] - fitted.report["slope"] * total
        return np.where(total.isna(), taught["left"].mean(), 1 / (1 + np.exp(-risk)))

    return forecast


def calibration_error(forecasts: np.ndarray, left: np.ndarray) -> float:
    bins = np.array_split(np.argsort(forecasts, kind="stable"), 10)
    return sum(len(at) * abs(forecasts[at].mean() - left[at].mean()) for at in bins) / len(left)


def held_out(data: pd.DataFrame, seeds: int, contenders: dict[str, Forecast]) -> dict[str, tuple[float, float]]:
    """The area and the calibration error of each."""
    areas: dict[str, list[float]] = {name: [] for name in contenders}
    errors: dict[str, list[float]] = {name: [] for name in contenders}
    left = data["left"].to_numpy()
    for seed in range(seeds):
        all_forecasts = {name: np.zeros(len(data)) for name in contenders}
        for taught, judged in StratifiedKFold(5, shuffle=True, random_state=seed).split(data, left):
            for name, forecast in contenders.items():
                found = forecast(data.iloc[taught], data.iloc[judged])
                areas[name].append(roc_auc_score(left[judged], found))
                all_forecasts[name][judged] = found
        for name, found in all_forecasts.items():
            errors[name].append(calibration_error(found, left))
    return {name: (float(np.mean(areas[name])), float(np.mean(errors[name]))) for name in contenders}


def made(n: int, slopes: list[float], level: float, common: float = 0.0, missing: float = 0.0) -> pd.DataFrame:
    """Normal columns with a common part, and who left by a logistic model of them."""
    draw = np.random.default_rng(20_261_122)
    columns = np.sqrt(common) * draw.normal(size=(n, 1)) + np.sqrt(1 - common) * draw.normal(size=(n, len(slopes)))
    left = draw.random(n) < 1 / (1 + np.exp(-(level + columns @ np.array(slopes))))
    columns[draw.random(columns.shape) < missing] = np.nan
    return pd.DataFrame(columns, columns=[f"x{i}" for i in range(len(slopes))]).assign(left=left)


def main() -> int:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(f"scikit-learn {sklearn.__version__}, {seeds} times 5 folds")
    print("| columns | scikit-learn | all measures | six measures | errors: scikit-learn, all, six | |")
    print("| --- | --- | --- | --- | --- | --- |")
    holds = True

    def row(title: str, data: pd.DataFrame, judged: bool) -> None:
        nonlocal holds
        found = held_out(data, seeds, {"rival": rival, "all": scorecard(len(data.columns)), "six": scorecard(6)})
        (rivals, _), (full, full_error), (six, six_error) = found.values()
        verdict = ""
        if judged:
            fine = full >= rivals - 0.005 and six >= full - 0.015 and max(full_error, six_error) <= 0.02
            holds, verdict = holds and fine, "holds" if fine else "MISSED"
        areas = " | ".join(f"{area:.4f}" for area, _ in found.values())
        print(f"| {title} | {areas} | {', '.join(f'{error:.4f}' for _, error in found.values())} | {verdict} |", flush=True)

    if TELCO.exists():
        telco = pd.read_csv(TELCO).assign(left=lambda t: t["Churn"] == "Yes")
        telco["TotalCharges"] = pd.to_numeric(telco["TotalCharges"], errors="coerce")
        row("telco, usage and contract", telco[[*USAGE, "left"]], True)
        row("telco, numbers", telco[[*NUMBERS, "left"]], True)
        row("telco, all", telco[[*ALL, "left"]], True)
    else:
        print("../shared/data/churn_telco is not there")
    slopes = [1, -0.8, 0.5, 0.3, -0.2, 0, 0]
    row("made, independent", made(4000, slopes, -1.5), False)
    row("made, strongly correlated, slopes of one sign", made(4000, [abs(slope) for slope in slopes], -1.5, common=0.8), False)
    row("made, 2 % leave", made(5000, slopes, -5), False)
    row("made, 30 % missing", made(4000, slopes, -1.5, missing=0.3), False)
    row("made, 300 customers", made(300, slopes, -1.5), False)
    row("made, 300 customers, 200 columns of noise", made(300, slopes + 200 * [0], -1.5), False)
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
