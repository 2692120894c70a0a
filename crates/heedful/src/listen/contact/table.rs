//! Candidates and past contacts from tables.

use super::{Candidate, Contact, Customer, Histories, Outcome};
use crate::base::error::Result;
use crate::base::kind::Kind;
use crate::base::time::Zone;
use crate::listen::cells::{Cells, wrong};
use crate::listen::responses::Responses;

impl Histories {
    /// Past contacts from a table with a row for each. Columns, of which `customer`, `survey` and `at` are needed:
    /// `customer`, `survey`, `at` (a time, or milliseconds since 1970 in UTC), `account`, `household`, `metric`,
    /// `kind` (`relational` where missing, or `transactional`), `touchpoint`, `channel`, `outcome` (`open` where
    /// missing, `answered` or `declined`), `reminder` (yes or no). Other columns are not looked at; wall-clock
    /// times count as UTC.
    ///
    /// ```
    /// use heedful::{Column, Responses, contact::Histories};
    /// let table = Responses::new()
    ///     .with("customer", Column::categories([Some("ada")]))?
    ///     .with("survey", Column::categories([Some("nps")]))?
    ///     .with("at", Column::numbers(vec![1_767_614_400_000_i64]))?;
    /// assert_eq!(Histories::from_table(&table)?.contacts()[0].customer, "ada");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// `missing-column`; `column-type` and `invalid-argument` with column and row for a value that is none.
    pub fn from_table(table: &Responses) -> Result<Self> {
        let cells = Cells(table);
        let contact = |row| {
            let outcome = match cells.text("outcome", row).as_deref() {
                None | Some("open") => Outcome::Open,
                Some("answered") => Outcome::Answered,
                Some("declined") => Outcome::Declined,
                Some(_) => return Err(wrong("outcome", row, "open, answered or declined")),
            };
            Ok(Contact {
                account: cells.text("account", row),
                household: cells.text("household", row),
                metric: cells.text("metric", row),
                kind: cells.kind(row)?,
                touchpoint: cells.text("touchpoint", row),
                channel: cells.text("channel", row),
                outcome,
                reminder: cells.flag("reminder", row)?,
                ..Contact::new(
                    cells.needed("customer", row)?,
                    cells.needed("survey", row)?,
                    cells.time("at", row)?.ok_or_else(|| wrong("at", row, "a time"))?,
                )
            })
        };
        ["customer", "survey", "at"].iter().try_for_each(|name| table.require(name).map(|_| ()))?;
        (0..table.len()).map(contact).collect()
    }
}

/// The columns that are no attributes.
const OWN: &[&str] = &[
    "customer",
    "survey",
    "account",
    "household",
    "zone",
    "since",
    "opted_out",
    "quarantine_until",
    "channels",
    "metric",
    "kind",
    "touchpoint",
    "channel",
    "event",
    "event_at",
    "margin",
    "reminder",
];

impl Customer {
    /// Customers from a table with a row for each. Columns, of which only `customer` is needed: `customer`, `account`,
    /// `household`, `zone` (a name such as `Europe/Zurich`), `since`, `opted_out` (yes or no), `quarantine_until`, and
    /// `channels` (separated by `|`). Other columns are attributes, but for those of [`Candidate::from_table`].
    ///
    /// # Errors
    /// As for [`Histories::from_table`]; `time-zone` for a name that is not known.
    pub fn from_table(table: &Responses) -> Result<Vec<Self>> {
        Self::from_table_with(table, Vec::new())
    }

    /// As [`Customer::from_table`], with zones that the host knows by name; others are looked up.
    ///
    /// # Errors
    /// As for [`Customer::from_table`].
    pub fn from_table_with(table: &Responses, zones: Vec<(String, Zone)>) -> Result<Vec<Self>> {
        let cells = Cells(table);
        table.require("customer")?;
        let names = table.columns().iter().map(|(name, _)| name.as_str());
        let attributes: Vec<&str> = names.filter(|name| !OWN.contains(name)).collect();
        let mut zones = zones;
        let customer = |row| {
            let channels = cells.text("channels", row).unwrap_or_default();
            let channels = channels.split('|').map(str::trim).filter(|name| !name.is_empty());
            let attribute = |name: &&str| Some(((*name).to_owned(), cells.text(name, row)?));
            Ok(Self {
                account: cells.text("account", row),
                household: cells.text("household", row),
                zone: cells.zone(row, &mut zones)?,
                since: cells.time("since", row)?,
                opted_out: cells.flag("opted_out", row)?,
                quarantine_until: cells.time("quarantine_until", row)?,
                channels: channels.map(str::to_owned).collect(),
                attributes: attributes.iter().filter_map(attribute).collect(),
                ..Self::new(cells.needed("customer", row)?)
            })
        };
        (0..table.len()).map(customer).collect()
    }
}

impl Candidate {
    /// Candidates from a table with a row for each: the columns of [`Customer::from_table`], `survey`, which is needed,
    /// `metric`, `kind`, `touchpoint`, `channel`, `event` with `event_at`, `margin` and `reminder`.
    ///
    /// # Errors
    /// As for [`Customer::from_table`].
    pub fn from_table(table: &Responses) -> Result<Vec<Self>> {
        Self::from_table_with(table, Vec::new())
    }

    /// As [`Candidate::from_table`], with zones that the host knows by name; others are looked up.
    ///
    /// ```
    /// use heedful::{Column, Responses, Zone, contact::Candidate};
    /// let table = Responses::new()
    ///     .with("customer", Column::categories([Some("ada")]))?
    ///     .with("survey", Column::categories([Some("nps")]))?
    ///     .with("zone", Column::categories([Some("Moon/Tranquility")]))?;
    /// let moon = Zone::fixed(3600)?;
    /// let known = vec![("Moon/Tranquility".to_owned(), moon.clone())];
    /// assert_eq!(Candidate::from_table_with(&table, known)?[0].customer.zone, Some(moon));
    /// assert_eq!(Candidate::from_table(&table).unwrap_err().code().as_str(), "time-zone");
    /// # Ok::<(), heedful::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`Customer::from_table`].
    pub fn from_table_with(table: &Responses, zones: Vec<(String, Zone)>) -> Result<Vec<Self>> {
        let cells = Cells(table);
        table.require("survey")?;
        let candidate = |(row, customer)| {
            Ok(Self {
                metric: cells.text("metric", row),
                kind: cells.kind(row)?,
                touchpoint: cells.text("touchpoint", row),
                channel: cells.text("channel", row),
                event: cells.text("event", row).zip(cells.time("event_at", row)?),
                margin: cells.number("margin", row)?,
                reminder: cells.flag("reminder", row)?,
                ..Self::new(customer, cells.needed("survey", row)?)
            })
        };
        Customer::from_table_with(table, zones)?.into_iter().enumerate().map(candidate).collect()
    }
}

impl Cells<'_> {
    /// Zones repeat from row to row, and finding one takes a while.
    fn zone(&self, row: usize, known: &mut Vec<(String, Zone)>) -> Result<Option<Zone>> {
        let Some(name) = self.text("zone", row) else { return Ok(None) };
        if let Some((_, zone)) = known.iter().find(|(other, _)| *other == name) {
            return Ok(Some(zone.clone()));
        }
        let zone = Zone::named(&name).map_err(|error| error.at("zone").on_row(row as u64))?;
        known.push((name, zone.clone()));
        Ok(Some(zone))
    }

    fn kind(&self, row: usize) -> Result<Kind> {
        match self.text("kind", row).as_deref() {
            None | Some("relational") => Ok(Kind::Relational),
            Some("transactional") => Ok(Kind::Transactional),
            Some(_) => Err(wrong("kind", row, "relational or transactional")),
        }
    }
}
