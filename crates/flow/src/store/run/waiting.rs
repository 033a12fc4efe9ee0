//! Which events a run waits for, as the reader of the log finds it.

use super::Run;
use crate::process::{Doing, Node};
use crate::store::whole;
use sqlx::PgConnection;

impl Run<'_> {
    /// Writes what the run waits for now. Who waited before goes on waiting since then; for who begins the reader
    /// looks back once, see [`crate::store::signal::behind`].
    pub(super) async fn write_waiting(&self, db: &mut PgConnection) -> sqlx::Result<()> {
        let (mut tokens, mut entries, mut kinds, mut customers) = (vec![], vec![], vec![], vec![]);
        for token in &self.state.tokens {
            let Some(Node::WaitEvent(node)) = self.definition.nodes.get(&token.node) else { continue };
            if matches!(token.doing, Doing::Event { .. }) {
                tokens.push(whole(token.id));
                entries.push(whole(token.entry));
                kinds.push(node.event.as_str());
                customers.push(self.row.customer_id.filter(|_| !node.anybody));
            }
        }
        if tokens.is_empty() && !self.row.waits {
            return Ok(());
        }
        sqlx::query("delete from flow.waiting where instance_id = $1 and token <> all($2)")
            .bind(self.row.id)
            .bind(&tokens)
            .execute(&mut *db)
            .await?;
        let begins = sqlx::query(
            "insert into flow.waiting as w (instance_id, token, entry, event_kind, customer_id, since, began_in)
             select $1, given.token, given.entry, given.event_kind, given.customer_id,
                 case when $6 then i.begun else pg_current_snapshot() end,
                 case when $6 then i.begun_in else pg_current_xact_id() end
             from unnest($2::bigint[], $3::bigint[], $4::text[], $5::uuid[])
                 as given (token, entry, event_kind, customer_id)
             join flow.instance i on i.instance_id = $1
             on conflict (instance_id, token) do update set entry = excluded.entry, event_kind = excluded.event_kind,
                 customer_id = excluded.customer_id, since = excluded.since, began_in = excluded.began_in,
                 caught_up = false
             where w.entry <> excluded.entry",
        )
        .bind(self.row.id)
        .bind(&tokens)
        .bind(entries)
        .bind(kinds)
        .bind(customers)
        .bind(self.is_new)
        .execute(&mut *db)
        .await?;
        if begins.rows_affected() > 0 {
            // The reader looks back also when nothing happens any more.
            sqlx::query("select pg_notify($1, '')").bind(platform::event::CHANNEL).execute(db).await?;
        }
        Ok(())
    }
}
