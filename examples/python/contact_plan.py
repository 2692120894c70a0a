"""Whom to ask next week: a plan under contact rules, why the others are left out, and what other rules would have done.

Run it as it is: the customers are made up.
"""

import datetime
import random

import heedful as hf

random.seed(7)
NOW = datetime.datetime(2026, 2, 2, 9, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)

candidates = [
    {
        "customer": f"c{number}",
        "account": f"a{number % 120}",
        "survey": "nps",
        "plan": random.choice(["pro", "free", "free"]),
        "opted_out": number % 40 == 0,
    }
    for number in range(500)
]
past = [
    {
        "customer": f"c{random.randrange(500)}",
        "account": f"a{random.randrange(120)}",
        "survey": "nps",
        "at": NOW - random.randrange(1, 300) * DAY,
        "outcome": random.choice(["open", "open", "open", "answered", "declined"]),
    }
    for _ in range(400)
]

policy = hf.ContactPolicy({
    "rules": [
        {"gap": {"days": 180}},
        {"gap": {"days": 270, "after": ["declined"]}},
        {"cap": {"at_most": 2, "days": 90, "per": "account"}},
        {"quiet": {"from": "20:00", "to": "08:00", "days": ["saturday", "sunday"]}},
        {"reminder": {"after_days": 3, "at_most": 1, "deadline_days": 14}},
    ]
})
plan = policy.plan(candidates, past, start=NOW, end=NOW + 7 * DAY, target=100, spread=True)
rows = plan.to_pylist()
print(f"{sum(row['send'] for row in rows)} invitations next week")
for code in sorted({row["code"] for row in rows if row["code"]}):
    print(f"  {sum(row['code'] == code for row in rows)} left out: {code}")

for days in (30, 90, 180):
    replayed = hf.ContactPolicy({"rules": [{"gap": {"days": days}}]}).replay(past, deviation=70)
    survey = replayed["surveys"][0]
    print(f"with {days} days between: {replayed['sent']} of {survey['was_sent']} sent, margin {survey['margin']:.1f} points")
