"""Who will leave? A scorecard learned from telecom customers, checked on others, with pictures in one HTML page.

`python examples/python/health_backtest.py [PAGE.html]`. Reads ../shared/data/churn_telco beside the repository. Half of the
customers teach the scorecard, the other half judge it. Needs the wheel and pandas. The charts are also written beside the
page as Vega-Lite, which notebooks and web pages draw.
"""

import json
import pathlib
import sys

import pandas as pd

import heedful as hf

ROOT = pathlib.Path(__file__).parents[2]
TELCO = ROOT / "../shared/data/churn_telco/Telco-Customer-Churn.csv"
USAGE = ["tenure", "PhoneService", "MultipleLines", "InternetService", "OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport",
         "StreamingTV", "StreamingMovies", "Contract", "MonthlyCharges", "TotalCharges", "PaperlessBilling", "PaymentMethod"]
GROUPS = {"tenure": "relationship", "Contract": "relationship", "TotalCharges": "relationship", "MonthlyCharges": "price", "PaymentMethod": "price",
          "PaperlessBilling": "price"}
page = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "health_backtest.html")

if not TELCO.exists():
    sys.exit("../shared/data/churn_telco is not there")
customers = pd.read_csv(TELCO)
customers["TotalCharges"] = pd.to_numeric(customers["TotalCharges"], errors="coerce")
taught, judged = customers.iloc[::2], customers.iloc[1::2]

fitted = hf.fit_scorecard(taught, outcome="Churn", measures=USAGE, groups={name: GROUPS.get(name, "use") for name in USAGE})
found = hf.backtest(fitted.scorecard, judged, outcome="Churn", account="customerID")
auc = found.report["auc"]
print(f"six measures learned from {len(taught)} customers: {', '.join(fitted.scorecard.measures)}")
print(f"area under the curve on {auc['n']} others: {auc['value']:.3f} ({auc['interval']['lower']:.3f} to {auc['interval']['upper']:.3f})")
print(f"calibration error: {found.report['calibration_error']:.3f}")
print(found.bands[["kind", "name", "n", "events", "rate", "lower", "upper", "lift"]].to_string(index=False))
print(found.measures[["measure", "auc", "cost_of_dropping", "leaks"]].to_string(index=False))

# The customers who are still there and whom one improvement would lift into a better band, the least healthy first.
staying = judged[judged["Churn"] == "No"]
health = hf.health(fitted.scorecard, staying, account="customerID").accounts.sort_values("total")
print(health.dropna(subset=["improve"])[["account", "total", "band", "improve", "improve_to"]].head(5).to_string(index=False))

for name, chart in found.charts.items():
    page.with_name(f"{page.stem}_{name}.json").write_text(json.dumps(chart), encoding="utf-8")

SIZE = 320


def picture(title, marks, across, up):
    labels = f'<text x="{SIZE / 2}" y="{SIZE + 34}" text-anchor="middle">{across}</text><text x="0" y="-8">{up}</text>'
    frame = f'<rect width="{SIZE}" height="{SIZE}" fill="none" stroke="grey"/>'
    box = f'viewBox="-40 -30 {SIZE + 60} {SIZE + 80}" width="{SIZE + 60}" font-family="sans-serif" font-size="13"'
    return f"<h2>{title}</h2><svg {box}>{frame}{''.join(marks)}{labels}</svg>"


def calibration(bins):
    most = max(max(bin["predicted"], bin["interval"]["upper"]) for bin in bins)
    place = lambda share: SIZE * share / most
    marks = [f'<line x1="0" y1="{SIZE}" x2="{SIZE}" y2="0" stroke="grey" stroke-dasharray="4"/>']
    marks += [f'<text x="{place(at):.1f}" y="{SIZE + 16}" text-anchor="middle">{at:.0%}</text>' for at in (0, most / 2, most)]
    for bin in bins:
        x, ends = place(bin["predicted"]), bin["interval"]
        marks.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{SIZE - place(ends["lower"]):.1f}" y2="{SIZE - place(ends["upper"]):.1f}" stroke="#3182bd"/>')
        marks.append(f'<circle cx="{x:.1f}" cy="{SIZE - place(bin["observed"]):.1f}" r="4" fill="#3182bd"/>')
    return picture("Calibration", marks, "probability to leave", "share that left, with its 95 % interval")


def lift(deciles, all_):
    most, wide = max(decile["interval"]["upper"] for decile in deciles), SIZE / len(deciles)
    place = lambda share: SIZE * (1 - share / most)
    marks = []
    for i, decile in enumerate(deciles):
        x, top, ends = i * wide, place(decile["rate"]), decile["interval"]
        marks.append(f'<rect x="{x + 2:.1f}" y="{top:.1f}" width="{wide - 4:.1f}" height="{SIZE - top:.1f}" fill="#9ecae1"/>')
        marks.append(f'<line x1="{x + wide / 2:.1f}" x2="{x + wide / 2:.1f}" y1="{place(ends["lower"]):.1f}" y2="{place(ends["upper"]):.1f}" stroke="black"/>')
        marks.append(f'<text x="{x + wide / 2:.1f}" y="{SIZE + 16}" text-anchor="middle">{decile["lift"]:.1f}</text>')
    marks.append(f'<line x1="0" x2="{SIZE}" y1="{place(all_):.1f}" y2="{place(all_):.1f}" stroke="#d62728" stroke-dasharray="4"/>')
    return picture("Lift", marks, "tenths of customers, the least healthy first, with their lift", "share that left, with its 95 % interval")


title = "Who will leave?"
pictures = calibration(found.report["calibration"]) + lift(found.report["deciles"], auc["events"] / auc["n"])
tables = f"<h2>Bands and deciles</h2>{found.bands.to_html(index=False)}<h2>Measures</h2>{found.measures.to_html(index=False)}"
page.write_text(f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{pictures}{tables}", encoding="utf-8")
print(f"wrote {page}")
