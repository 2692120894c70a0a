//! Recency, frequency and value of customers, from a table of events.

use serde::Serialize;

use super::fit::RepurchaseFit;
use super::model::{PurchaseHistory, RepurchaseForecast, RepurchaseModel, check_horizon};
use crate::base::config::{self, options, setters};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::key::Key;
use crate::base::table::Table;
use crate::base::time::Zone;
use crate::interpret::codes::Codes;
use crate::listen::responses::Responses;
use crate::monitor::health::points::invalid;

/// What customers do, where nobody asked them: recency, frequency and value from a table with one row for each event
/// (a purchase, a visit), and what they say of the next.
///
/// Events of one customer on one day are one purchase; events after now are not looked at. A BG/NBD model (see
/// [`RepurchaseModel`]) is fitted to all customers, or given, and says for each of them who is still
/// active, how often they will buy within the horizon, how long their cycle is, and how likely they are overdue.
///
/// Groups: a *sceptic* is more likely gone than active (`alive` below [`sceptic_below`](Self::sceptic_below)), or never
/// came back although known for longer than half of all customers who did take from one purchase to the next.
/// A *fanatic* is among the [`fanatic_share`](Self::fanatic_share) of the others who are expected to buy most often;
/// the rest are *regular*. Who is too new to tell has no group.
///
/// ```
/// use heedful::behaviour::{Behaviour, BehaviourGroup};
/// use heedful::{Clock, Column, Responses, TimeUnit, Times};
///
/// // Forty customers: every fourth comes each week, the others once or twice.
/// let (mut who, mut days) = (Vec::new(), Vec::new());
/// for customer in 0..40_i64 {
///     let visits = if customer % 4 == 0 { 20 } else { 1 + customer % 2 };
///     for visit in 0..visits {
///         who.push(customer);
///         days.push((customer + 7 * visit) * 86_400);
///     }
/// }
/// let times = Times { values: days.into(), validity: None, unit: TimeUnit::Second, clock: Clock::Wall };
/// let events = Responses::new().with("customer", Column::numbers(who))?.with("day", Column::Time(times))?;
/// let report = Behaviour::new("customer", "day").horizon_days(28.0).run(&events, Some(170 * 86_400_000))?;
/// let (often, once) = (&report.customers[36], &report.customers[2]);
/// assert_eq!((often.history.purchases(), often.group), (20, Some(BehaviourGroup::Fanatic)));
/// assert_eq!((once.history.purchases(), once.group), (1, Some(BehaviourGroup::Sceptic)));
/// assert!(often.forecast.unwrap().expected > 2.0);
/// # Ok::<(), heedful::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(
        default = "Self::default",
        deny_unknown_fields,
        extend("required" = ["customer", "at"])
    )
)]
pub struct Behaviour {
    /// The column of the customer.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    customer: String,
    /// The column of the time of the event.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "config::required"))]
    at: String,
    /// The column of what the event was worth.
    amount: Option<String>,
    /// The zone in which times with a zone fall on days; UTC where not given.
    time_zone: Option<Zone>,
    /// Days ahead that are forecast.
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    horizon_days: f64,
    /// The share of active customers who are fanatics.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    fanatic_share: f64,
    /// The probability to be active below which a customer is a sceptic.
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    sceptic_below: f64,
    /// A model that was fitted before; fitted to these events where not given.
    model: Option<RepurchaseModel>,
}

options!(
    Behaviour,
    needs [customer, at],
    takes [amount, time_zone, horizon_days, fanatic_share, sceptic_below, model],
    from Self::default()
);

setters!(Behaviour {
    /// The column of what the event was worth.
    amount: name,
    /// The zone in which times with a zone fall on days; UTC where not set.
    time_zone: some Zone,
    /// Days ahead that are forecast; 90 where not set.
    horizon_days: f64,
    /// The share of active customers who are fanatics; 0.2 where not set.
    fanatic_share: f64,
    /// The probability to be active below which a customer is a sceptic; 0.5 where not set.
    sceptic_below: f64,
    /// A model that was fitted before, on more customers or on another time.
    model: some RepurchaseModel,
});

config::written!(Behaviour of behaviour, r#"{"customer": "id", "at": "day", "amount": "price"}"#);

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            customer: String::new(),
            at: String::new(),
            amount: None,
            time_zone: None,
            horizon_days: 90.0,
            fanatic_share: 0.2,
            sceptic_below: 0.5,
            model: None,
        }
    }
}

/// What a customer's behaviour says of their loyalty: see [`Behaviour`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BehaviourGroup {
    /// Active, and among those who buy most often.
    Fanatic,
    /// Active.
    Regular,
    /// Probably gone, or never back.
    Sceptic,
}

impl BehaviourGroup {
    /// The name: `fanatic`, `regular` or `sceptic`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fanatic => "fanatic",
            Self::Regular => "regular",
            Self::Sceptic => "sceptic",
        }
    }
}

/// What one customer does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct CustomerBehaviour {
    /// Who.
    pub customer: Key,
    /// Recency and frequency.
    pub history: PurchaseHistory,
    /// Mean amount of a purchase whose amount is known; `None` where none is.
    pub value: Option<f64>,
    /// Sum of the amounts that are known.
    pub total: Option<f64>,
    /// What the model says; `None` without one.
    pub forecast: Option<RepurchaseForecast>,
    /// The group; `None` without a model and for who is too new.
    pub group: Option<BehaviourGroup>,
}

/// Events that were not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive] // may come to know more
pub struct EventsLeftOut {
    /// Without a customer.
    pub no_customer: u64,
    /// Without a time.
    pub no_time: u64,
    /// After now.
    pub later: u64,
}

/// What customers do, by customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive] // may come to know more
pub struct BehaviourReport {
    /// The name of the customer's column.
    #[serde(skip)]
    name: String,
    /// The customers, in the order of their keys.
    pub customers: Vec<CustomerBehaviour>,
    /// The model: the one that was given, or fitted; `None` where fewer than 10 customers bought more than once.
    pub model: Option<RepurchaseModel>,
    /// How it was fitted; `None` where it was given.
    pub fit: Option<RepurchaseFit>,
    /// Days between two purchases: the median over customers who came back of their mean.
    pub typical_gap_days: Option<f64>,
    /// Events that were not looked at.
    pub left_out: EventsLeftOut,
}

/// The events of one customer.
#[derive(Default)]
struct Events {
    days: Vec<i32>,
    /// The days of amounts that are known, and their sum.
    valued: Vec<i32>,
    total: f64,
}

impl Behaviour {
    /// The columns of the customer and of the time.
    pub fn new(customer: impl Into<String>, at: impl Into<String>) -> Self {
        Self { customer: customer.into(), at: at.into(), ..Self::default() }
    }

    /// Reads `{"customer": "id", "at": "day"}` with the names of the setters here.
    ///
    /// # Errors
    /// `json`, `invalid-config` with a path, and those of [`RepurchaseModel::new`].
    pub fn from_json(text: &str) -> Result<Self> {
        config::read(text)
    }

    /// Looks at all events until `now`, in milliseconds since 1970: those of its day are in. Without it, as of the day of
    /// the last event.
    ///
    /// # Errors
    /// `missing-column`; `column-type` for times that are none or amounts that are no numbers; `invalid-argument` for
    /// settings out of range or an infinite amount; those of [`RepurchaseModel::forecast`].
    pub fn run(&self, events: &Responses, now: Option<i64>) -> Result<BehaviourReport> {
        for (name, share) in
            [("fanatic_share", self.fanatic_share), ("sceptic_below", self.sceptic_below)]
        {
            if !(0.0..=1.0).contains(&share) {
                return Err(invalid("a share is a number from 0 to 1").at(name));
            }
        }
        // Also where there is nothing to forecast.
        check_horizon(self.horizon_days)?;
        let utc = Zone::utc();
        let zone = self.time_zone.as_ref().unwrap_or(&utc);
        let days = events.require(&self.at)?.times(&self.at)?.days(zone);
        let day = |now: i64| zone.clock().local_day(now.div_euclid(1000));
        let today = now.map(day).or_else(|| days.iter().flatten().max().copied());
        let (found, left_out) = self.gather(events, days, today.unwrap_or_default())?;
        let mut customers = Vec::with_capacity(found.len());
        for (customer, mut events) in found {
            events.days.sort_unstable();
            events.days.dedup();
            let (Some(first), Some(last)) = (events.days.first(), events.days.last()) else {
                continue;
            };
            let since = |day: &i32| f64::from(today.unwrap_or_default()) - f64::from(*day);
            let history =
                PurchaseHistory::new(events.days.len() as u64, since(last), since(first))?;
            events.valued.sort_unstable();
            events.valued.dedup();
            let total = (!events.valued.is_empty()).then_some(events.total);
            let value = total.map(|total| total / events.valued.len() as f64);
            let (forecast, group) = (None, None);
            customers.push(CustomerBehaviour { customer, history, value, total, forecast, group });
        }
        let histories: Vec<PurchaseHistory> = customers.iter().map(|c| c.history).collect();
        let fit = match self.model {
            Some(_) => None,
            None => match RepurchaseModel::fit(&histories) {
                Err(error) if error.code() == ErrorCode::TooFew => None,
                fit => Some(fit?),
            },
        };
        let model = self.model.or(fit.as_ref().map(|fit| fit.model));
        let mut report = BehaviourReport {
            name: self.customer.clone(),
            customers,
            model,
            fit,
            typical_gap_days: typical_gap(&histories),
            left_out,
        };
        if let Some(model) = model {
            for customer in &mut report.customers {
                customer.forecast = Some(model.forecast(&customer.history, self.horizon_days)?);
            }
            self.group(&mut report);
        }
        Ok(report)
    }

    /// The events of each customer until today, by key.
    fn gather(
        &self,
        events: &Responses,
        days: Vec<Option<i32>>,
        today: i32,
    ) -> Result<(Vec<(Key, Events)>, EventsLeftOut)> {
        let who = Codes::of(events.require(&self.customer)?);
        let amounts = match &self.amount {
            Some(name) => Some((name, events.require(name)?)),
            None => None,
        };
        let mut left_out = EventsLeftOut::default();
        let mut found: Vec<(Key, Events)> =
            who.values.iter().map(|key| (key.clone(), Events::default())).collect();
        for (row, (code, day)) in who.rows.iter().zip(days).enumerate() {
            let Some((_, customer)) = found.get_mut(*code as usize) else {
                left_out.no_customer += 1;
                continue;
            };
            match day {
                None => left_out.no_time += 1,
                Some(day) if day > today => left_out.later += 1,
                Some(day) => {
                    customer.days.push(day);
                    let Some((name, column)) = &amounts else { continue };
                    let located = |error: Error| error.at(*name).on_row(row as u64);
                    let amount = column.float(row).map_err(located)?;
                    if amount.is_some_and(f64::is_infinite) {
                        return Err(located(invalid("an infinite number")));
                    }
                    if let Some(amount) = amount {
                        customer.valued.push(day);
                        customer.total += amount;
                    }
                }
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok((found, left_out))
    }

    fn group(&self, report: &mut BehaviourReport) {
        let gap = report.typical_gap_days.unwrap_or(f64::INFINITY);
        let mut active: Vec<f64> = Vec::new();
        for customer in &mut report.customers {
            let Some(forecast) = customer.forecast else { continue };
            let back = customer.history.repeats() > 0;
            customer.group = if forecast.alive < self.sceptic_below
                || (!back && customer.history.days_known() > gap)
            {
                Some(BehaviourGroup::Sceptic)
            } else if back {
                active.push(forecast.expected);
                Some(BehaviourGroup::Regular)
            } else {
                None
            };
        }
        active.sort_by(|a, b| b.total_cmp(a));
        let fanatics = libm::round(self.fanatic_share * active.len() as f64) as usize;
        let Some(least) = fanatics.checked_sub(1).and_then(|place| active.get(place)) else {
            return;
        };
        for customer in &mut report.customers {
            let often = customer.forecast.is_some_and(|forecast| forecast.expected >= *least);
            if often && customer.group == Some(BehaviourGroup::Regular) {
                customer.group = Some(BehaviourGroup::Fanatic);
            }
        }
    }
}

/// The median over customers who came back of their mean days between purchases.
fn typical_gap(histories: &[PurchaseHistory]) -> Option<f64> {
    let back = histories.iter().filter(|history| history.repeats() > 0);
    let mut gaps: Vec<f64> =
        back.map(|history| history.days_active() / history.repeats() as f64).collect();
    gaps.sort_by(f64::total_cmp);
    let middle = |place: usize| gaps.get(place).copied();
    let upper = middle(gaps.len() / 2)?;
    Some(if gaps.len().is_multiple_of(2) {
        (upper + middle(gaps.len() / 2 - 1)?) / 2.0
    } else {
        upper
    })
}

impl BehaviourReport {
    /// One row for each customer: their key under the name of its column, `purchases`, `days_since_last`, `days_known`,
    /// `value`, `total`, `alive`, `expected`, `returns`, `cycle_days`, `overdue`, `group`.
    #[must_use]
    pub fn to_table(&self) -> Table {
        let customers = || self.customers.iter();
        let forecast = || customers().map(|c| c.forecast);
        let mut table = Table::new();
        table.keys(&self.name, customers().map(|c| &c.customer));
        table.ints("purchases", customers().map(|c| Some(c.history.purchases())));
        table.floats("days_since_last", customers().map(|c| Some(c.history.days_since_last())));
        table.floats("days_known", customers().map(|c| Some(c.history.days_known())));
        table.floats("value", customers().map(|c| c.value));
        table.floats("total", customers().map(|c| c.total));
        forecasts(&mut table, &forecast().collect::<Vec<_>>());
        table.texts("group", customers().map(|c| c.group.map(BehaviourGroup::as_str)));
        table
    }
}

/// Adds the columns of forecasts.
pub(super) fn forecasts(table: &mut Table, rows: &[Option<RepurchaseForecast>]) {
    let mut column = |name: &str, of: fn(RepurchaseForecast) -> f64| {
        table.floats(name, rows.iter().map(|row| row.map(of)));
    };
    column("alive", |forecast| forecast.alive);
    column("expected", |forecast| forecast.expected);
    column("returns", |forecast| forecast.returns);
    column("cycle_days", |forecast| forecast.cycle_days);
    column("overdue", |forecast| forecast.overdue);
}
