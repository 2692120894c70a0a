"""Why the score moved: drivers, change, scan, a scenario and a journey, with charts in one HTML page.

`python examples/python/why_did_it_move.py [PAGE.html]`. Reads the survey of a broadband provider in
../shared/data/nps_broadband, where it lies beside the repository, else the bundled sample. Needs the wheel and pandas.
"""

import html
import pathlib
import sys

import heedful as hf

ROOT = pathlib.Path(__file__).parents[2]
BROADBAND = ROOT / "../shared/data/nps_broadband/responses.csv"
page = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "why_did_it_move.html")

if BROADBAND.exists():
    responses = hf.read(
        BROADBAND,
        rating="NPS_SCORE",
        at="CUSTOMER_RESPONSE_DATE",
        date_format="%d/%m/%Y %H:%M",
        comment="text",
        attributes=["SURVEY_SUB_TYPE"],
    )
    field, step = "telecom", "SURVEY_SUB_TYPE"
else:
    responses = hf.read(ROOT / "examples/data/sample.csv", rating="score", at="created", comment="comment", attributes=["plan"])
    field, step = "software", "plan"
rating, at, comment = responses.roles["rating"], responses.roles["at"], responses.roles["comment"]
frame = responses.to_pandas()

# The last two quarters with enough responses to say anything.
quarters = frame[at].dt.to_period("Q")
enough = [quarter for quarter in sorted(quarters.dropna().unique()) if frame[rating][quarters == quarter].notna().sum() >= 100]
first, second = enough[-2:]
before, after = frame[quarters == first], frame[quarters == second]

mapper = hf.ReasonMapper(hf.Taxonomy.preset(field, language="en"))
spoken = {"before": mapper.mappings(before, comment).at_level(0), "after": mapper.mappings(after, comment).at_level(0)}


def chart(title, rows, unit="points"):
    """Values with their intervals as horizontal bars: (label, value, lower, upper)."""
    rows = [(label, value, value if low is None else low, value if high is None else high) for label, value, low, high in rows]
    if not rows:
        return f"<h2>{html.escape(title)}</h2><p>Nothing that can be told from chance.</p>"
    low, high = min(0, *(row[2] for row in rows)), max(0, *(row[3] for row in rows))
    x = lambda value: 260 + 420 * (value - low) / ((high - low) or 1)
    bars = []
    for i, (label, value, lower, upper) in enumerate(rows):
        y = 24 * i + 16
        left, right = sorted([x(0), x(value)])
        colour = "#b5482e" if value < 0 else "#2e7d5b"
        bars.append(
            f'<text x="250" y="{y + 5}" text-anchor="end">{html.escape(label)}</text>'
            f'<rect x="{left:.1f}" y="{y - 7}" width="{right - left:.1f}" height="14" fill="{colour}" opacity="0.6"/>'
            f'<line x1="{x(lower):.1f}" x2="{x(upper):.1f}" y1="{y}" y2="{y}" stroke="black"/>'
            f'<text x="690" y="{y + 5}">{value:+.1f}</text>'
        )
    axis = f'<line x1="{x(0):.1f}" x2="{x(0):.1f}" y1="0" y2="{24 * len(rows)}" stroke="grey"/>'
    size = f'width="760" height="{24 * len(rows) + 8}" font-family="sans-serif" font-size="13"'
    return f"<h2>{html.escape(title)} ({unit}, 95 % intervals)</h2><svg {size}>{axis}{''.join(bars)}</svg>"


def ends(effect):
    interval = effect["interval"] or {}
    return effect["value"], interval.get("lower"), interval.get("upper")


moved = hf.explain_change(before, after, rating=rating, by=step, reasons=spoken["after"], before_reasons=spoken["before"])
print(f"{first} to {second}")
print("\n".join(moved.sentences))
parts = moved.to_dict()
charts = [chart("The reasons' part of the change", [(row["reason"], *ends(row["effect"])) for row in parts["reasons"]["rows"]])] if parts["reasons"] else []
charts += [
    chart(f"The part of each {step}: its own score", [(str(row["keys"][0]), *ends(row["rate"])) for row in parts["segments"]]),
    chart(f"The part of each {step}: its share", [(str(row["keys"][0]), *ends(row["mix"])) for row in parts["segments"]]),
]

drivers = hf.drivers(after, rating=rating, reasons=spoken["after"], attributes=step)
print(drivers)
told = [row for row in drivers.to_pylist() if row["impact"] is not None]
charts.append(
    chart(f"What drives the score in {second}", [(row["attribute_value"] or row["name"], row["impact"], row["lower"], row["upper"]) for row in told[:12]])
)

worst = next((row["name"] for row in told if row["source"] == "reason" and row["impact"] < 0), None)
if worst is not None:
    scenario = hf.what_if(after, worst, 0.5, rating=rating, reasons=spoken["after"], segments=step)
    print(f"If {worst} came up half as often: {scenario.score:.1f} would become {scenario.new_score:.1f}")

roles = hf.reason_roles(after, rating=rating, reasons=spoken["after"])
asymmetry = hf.asymmetry(after, rating=rating, reasons=spoken["after"])
costs = [row for row in asymmetry.to_pylist() if row["cost"] is not None]
charts.append(chart("What speaking badly of it costs", [(row["reason"], -row["cost"], -row["cost_upper"], -row["cost_lower"]) for row in costs]))

found = hf.scan(after, [step], rating=rating, before=before, minimum_n=30)
print("\n".join(found.sentences) or "No segment changed otherwise than the rest.")

journey = hf.Journey({"name": field, "stages": [{"name": name, "touchpoints": [{"name": name}]} for name in sorted(after[step].dropna().unique())]})
walked = journey.analyse(after, rating=rating, touchpoint=step)
charts.append(chart("Along the journey", [(row["touchpoint"], row["score"], row["lower"], row["upper"]) for row in walked.to_pylist() if row["score"] is not None], "score"))

said = "".join(f"<li>{html.escape(line)}</li>" for line in moved.sentences)
tables = f"<h2>Roles of reasons</h2>{roles._repr_html_()}<h2>Drivers</h2>{drivers._repr_html_()}"
title = f"Why did it move? {first} to {second}"
page.write_text(f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><ul>{said}</ul>{''.join(charts)}{tables}", encoding="utf-8")
print(f"wrote {page}")
