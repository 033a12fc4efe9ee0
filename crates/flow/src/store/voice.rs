//! How often calls entered the nodes of voice menus, and how many are there.

use sqlx::PgConnection;

/// What changed at a node since it was last told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeCount {
    /// The name of the flow.
    pub flow: String,
    /// The key of the node.
    pub node: String,
    /// Calls that entered.
    pub entered: i64,
    /// Calls that came less those that left.
    pub there: i64,
}

/// Adds to the numbers.
///
/// # Errors
/// The database failed; nothing was added.
pub async fn add(db: &mut PgConnection, rows: &[NodeCount]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into flow.call_node as n (flow, node, entered, there)
         select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
         on conflict (flow, node) do update set entered = n.entered + excluded.entered,
             there = greatest(n.there + excluded.there, 0)",
    )
    .bind(rows.iter().map(|row| row.flow.as_str()).collect::<Vec<&str>>())
    .bind(rows.iter().map(|row| row.node.as_str()).collect::<Vec<&str>>())
    .bind(rows.iter().map(|row| row.entered).collect::<Vec<i64>>())
    .bind(rows.iter().map(|row| row.there).collect::<Vec<i64>>())
    .execute(db)
    .await?;
    Ok(())
}

/// Nobody is anywhere: a server that starts has no calls.
///
/// # Errors
/// The database failed.
pub async fn clear(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("update flow.call_node set there = 0 where there <> 0").execute(db).await?;
    Ok(())
}
