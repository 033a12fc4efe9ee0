//! The groups of tables.

use platform::testing::TestDb;

/// Schemas whose tables are of one group.
const SCHEMAS: [(&str, &str); 10] = [
    ("access", "internal"),
    ("channels", "internal"),
    ("crm", "users"),
    ("flow", "configuration"),
    ("ledger", "transactions"),
    ("platform", "internal"),
    ("prediction", "configuration"),
    ("routing", "internal"),
    ("rules", "configuration"),
    ("telephony", "internal"),
];

/// Tables of `loyalty`: what marketing sets up, who takes part, what happened to points, and what the server keeps for itself.
const TABLES: [(&str, &[&str]); 4] = [
    (
        "configuration",
        &[
            "bonus_type",
            "coupon_batch",
            "file_structure",
            "master",
            "partner",
            "programme",
            "promotion",
            "rate",
            "reward",
            "reward_price",
            "tier",
        ],
    ),
    ("users", &["account", "service", "turnover"]),
    (
        "transactions",
        &[
            "adjustment",
            "conversion",
            "coupon",
            "draw",
            "granted",
            "offer",
            "redemption",
            "reward_order",
            "statistics",
            "winner",
        ],
    ),
    (
        "internal",
        &[
            "coupon_counter",
            "coupon_guess",
            "expiry_notice",
            "export",
            "file",
            "file_lane",
            "file_line",
            "night",
            "statistics_run",
        ],
    ),
];

/// CIMP-GEN-08: every table is of one of the four groups: internal; master data and configured rules; participants and
/// their services; transactions.
#[tokio::test]
async fn every_table_is_of_one_of_four_groups() {
    let db = TestDb::new().await;
    let tables: Vec<(String, String)> = sqlx::query_as(
        "select schemaname::text, tablename::text from pg_catalog.pg_tables
         where schemaname not in ('pg_catalog', 'information_schema', 'public', '_sqlx') order by 1, 2",
    )
    .fetch_all(db.pool())
    .await
    .unwrap();
    assert!(tables.len() > 50, "{tables:?}");
    let groups = |schema: &str, table: &str| -> Vec<&'static str> {
        let of_schema = SCHEMAS.iter().filter(|(known, _)| *known == schema).map(|(_, group)| *group);
        let own = TABLES.iter().filter(|(_, tables)| schema == "loyalty" && tables.contains(&table));
        of_schema.chain(own.map(|(group, _)| *group)).collect()
    };
    let odd: Vec<_> = tables.iter().filter(|(schema, table)| groups(schema, table).len() != 1).collect();
    assert!(odd.is_empty(), "name the group of {odd:?}");
}
