"""Money at stake: what is at risk, what a better score is worth, what contacts nobody needed cost, whether a change pays,
and what it did.

Run it as it is: the accounts are made up, so that the truth is known. A point of the score changes churn six months later
by -0.4 points (a little less, because no probability is below 0), and the change makes onboarding better by half a point.
"""

import random

import heedful as hf

random.seed(11)
MONTHS, LAG = 18, 6

# Accounts month by month: their score, and whether they gave notice.
panel = {"account": [], "month": [], "score": [], "notice": [], "size": []}
accounts = {"account": [], "revenue": [], "churn": [], "size": [], "reasons": []}
for number in range(600):
    size = random.choice(["small", "large"])
    level = random.gauss(10 if size == "large" else 0, 15)
    scores = [level + random.gauss(0, 20) for _ in range(MONTHS)]
    for month in range(MONTHS):
        before = scores[month - LAG] if month >= LAG else level
        risk = 0.22 - (0.06 if size == "large" else 0) - 0.004 * before
        for name, value in (("account", number), ("month", month), ("score", scores[month]), ("notice", random.random() < risk), ("size", size)):
            panel[name].append(value)
    risk = min(0.95, max(0.02, 0.22 - 0.004 * scores[-1] + random.gauss(0, 0.05)))
    told = [reason for reason in ("onboarding", "price", "support") if random.random() < risk]
    row = (number, random.lognormvariate(10 if size == "large" else 8, 0.6), risk, size, told)
    for name, value in zip(accounts, row):
        accounts[name].append(value)

# 1. What is at risk, by size and by reason. Silent customers are a stated number, shown apart.
risk = hf.value_at_risk(accounts, "revenue", churn="churn", threshold=0.25, by="size", reasons="reasons", customer="account", silent=2)
print(risk)
for row in risk.to_pylist():
    what = row["size"] or row["reason"] or "not known"
    if row["kind"] in ("segment", "reason"):
        print(f"  {row['kind']} {what}: exposure {row['exposure']:,.0f}, expected loss {row['expected_loss']:,.0f} ({row['loss_lower']:,.0f} to {row['loss_upper']:,.0f})")

# 2. What a point of the score is worth. A point of churn costs 40,000 a year; were the data thin, the assumption would
#    stand in, and the result would say so.
links = hf.linkage(
    panel,
    "score",
    "notice",
    unit="account",
    at="month",
    controls="size",
    worth={"notice": -40_000},
    assumed={"notice": {"score": 10, "change": -1}},
)
print(links)
link = links.links["notice"]
print(f"  {link['interval']['lower']:.3f} to {link['interval']['upper']:.3f} points of churn, {link['money']:,.0f} a year for each point of the score")

# 3. What contacts cost that nobody would have needed: this is saved without any customer changing.
contacts = {
    "why": [random.choices(["how do I start", "wrong bill", "more seats", "new feature"], [4, 2, 3, 3])[0] for _ in range(900)],
    "cost": [random.lognormvariate(2.3, 0.5) for _ in range(900)],
}
wasted = hf.avoidable_contacts(contacts, "cost", reasons="why", failure_reasons=["how do I start", "wrong bill"], days=30)
print(wasted)
start = next(row for row in wasted.to_dict()["rows"] if row["reason"] == "how do I start")
print(f"  how do I start: {start['yearly']:,.0f} a year")

# 4. Whether better onboarding pays. The link comes from the data with its own uncertainty.
case = hf.business_case(
    {"triangular": {"low": 60_000, "mode": 80_000, "high": 140_000}},
    running_cost=10_000,
    saved={"normal": {"mean": 0.3 * start["yearly"], "sd": 0.1 * start["yearly"]}},
    effect={"pert": {"low": 0, "mode": 0.5, "high": 1}},
    driver_to_score={"normal": {"mean": 6, "sd": 2}},
    score_to_behaviour=link["quantity"],
    behaviour_to_money=-40_000,
    delay_months=LAG,
    discount=0.06,
    loss_aversion=2,
)
print(case)
for row in case.to_dict()["tornado"]:
    print(f"  {row['input']}: {row['return_at_low']:,.0f} to {row['return_at_high']:,.0f}")

# 5. What it did: half of the accounts had it from month 9 on.
after = {
    "account": panel["account"],
    "month": panel["month"],
    "reached": [number % 2 == 1 for number in panel["account"]],
    "ease": [random.gauss(6 + number % 3 + (0.5 if number % 2 and month >= 9 else 0), 1.5) for number, month in zip(panel["account"], panel["month"])],
    "said": [["onboarding"] if random.random() < 0.02 else [] for _ in panel["account"]],
    "never": [number % 25 == 0 for number in panel["account"]],
}
done = hf.initiative(
    after,
    "a guided start",
    reasons="said",
    target="onboarding",
    effort=40,
    at="month",
    start=9,
    customer="account",
    outcome="ease",
    treated="reached",
    do_not_contact="never",
)
print(done)
print(f"  before the start, where there is nothing to find: {done.check['value']:+.2f} (p {done.check['p_value']:.2f})")
