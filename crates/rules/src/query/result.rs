//! What versions of a rule reached.

use base::id::RuleId;
use sqlx::PgConnection;

/// The numbers of one version.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct VariantCount {
    /// `a` or `b`.
    pub variant: String,
    /// Which version.
    pub version: i32,
    /// Customers it reached.
    pub customers: i64,
    /// Of them, those whom a message of the rule reached.
    pub delivered: i64,
    /// Of them, those who showed interest.
    pub interested: i64,
    /// Of them, those who did what the rule is for.
    pub converted: i64,
    /// Events it looked at, as far as decisions are kept.
    pub seen: i64,
    /// Events it matched.
    pub matched: i64,
    /// Reactions that were done.
    pub reacted: i64,
}

/// The numbers of the versions of a rule that run, or of all.
///
/// # Errors
/// The database failed.
pub async fn variant_counts(db: &mut PgConnection, rule: RuleId) -> sqlx::Result<Vec<VariantCount>> {
    sqlx::query_as(
        "with running as (
             select unnest(array['a', 'b']) as variant, unnest(array[live_version, challenger_version]) as version
             from rules.rule where rule_id = $1),
         reached as (
             select version, count(*) as customers, count(delivered_at) as delivered,
                 count(interested_at) as interested, count(converted_at) as converted
             from rules.exposure where rule_id = $1 group by 1),
         decided as (
             select version, count(*) as seen, count(*) filter (where verdict = 'matched') as matched
             from rules.decision where rule_id = $1 group by 1),
         done as (
             select version, count(*) as reacted from rules.reaction where rule_id = $1 and state = 'done' group by 1)
         select variant, version, coalesce(customers, 0) as customers, coalesce(delivered, 0) as delivered,
             coalesce(interested, 0) as interested, coalesce(converted, 0) as converted,
             coalesce(seen, 0) as seen, coalesce(matched, 0) as matched, coalesce(reacted, 0) as reacted
         from running left join reached using (version) left join decided using (version) left join done using (version)
         where version is not null order by variant",
    )
    .bind(rule)
    .fetch_all(db)
    .await
}
