//! Whether a tier changes, now or later: up at once, down as the programme's policy says.

use super::{Ladder, Tier};
use crate::bonus_type::midnight;
use crate::programme::{Downgrade, DowngradePolicy};
use base::id::TierId;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// What an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    /// Its tier.
    pub tier: Option<TierId>,
    /// Since when the condition of that tier has not held.
    pub unmet_since: Option<DateTime<Utc>>,
}

/// What becomes of the tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// It stays; with since when its condition has not held.
    Stay(Option<DateTime<Utc>>),
    /// It changes; with since when the condition of the new one has not held (a downgrade by one step at a time).
    To(Option<TierId>, Option<DateTime<Utc>>),
}

/// Decides for an account that has `present` and has earned `earned`.
#[must_use]
pub fn settle(
    ladder: &Ladder,
    present: Present,
    earned: Option<&Tier>,
    policy: DowngradePolicy,
    now: DateTime<Utc>,
    zone: Tz,
) -> Move {
    let held = present.tier.and_then(|id| ladder.tiers().find(|tier| tier.id == id));
    let level = |tier: Option<&Tier>| tier.map_or(0, |tier| tier.fields.level);
    let Some(held) = held else {
        // No tier, or one that no longer exists.
        let target = earned.map(|tier| tier.id);
        return if target == present.tier { Move::Stay(None) } else { Move::To(target, None) };
    };
    if level(earned) > held.fields.level {
        return Move::To(earned.map(|tier| tier.id), None);
    }
    if level(earned) == held.fields.level {
        return Move::Stay(None);
    }
    let since = present.unmet_since.unwrap_or(now);
    if now < lost_at(since, policy, zone) {
        return Move::Stay(Some(since));
    }
    match policy.policy {
        Downgrade::Immediate | Downgrade::AtPeriodEnd => Move::To(earned.map(|tier| tier.id), None),
        Downgrade::OneDown => {
            let below = ladder.below(held.fields.level);
            let still_unmet = level(earned) < level(below);
            Move::To(below.map(|tier| tier.id), still_unmet.then_some(now))
        }
    }
}

/// When a tier is lost whose condition has not held since `since`.
#[must_use]
pub fn lost_at(since: DateTime<Utc>, policy: DowngradePolicy, zone: Tz) -> DateTime<Utc> {
    let day = since.with_timezone(&zone).date_naive();
    let graced = day.checked_add_days(Days::new(u64::from(policy.grace_days))).unwrap_or(NaiveDate::MAX);
    match policy.policy {
        Downgrade::Immediate | Downgrade::OneDown => since + TimeDelta::days(i64::from(policy.grace_days)),
        Downgrade::AtPeriodEnd => midnight(policy.period.next_day(graced), zone),
    }
}
