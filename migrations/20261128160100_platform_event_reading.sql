-- Why: every reader of the log asks the same question many times a second. Planned anew over all partitions it costs more
-- than its answer; the function keeps one plan for each connection.
create function platform.events_behind(behind_transaction xid8, behind_position bigint, most bigint)
returns setof platform.event
language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
        select * from platform.event e
        where (e.transaction_id, e.position) > (behind_transaction, behind_position)
            and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        order by e.transaction_id, e.position
        limit most;
end
$$;

-- What other systems sent is of one journal: in its partitions this index was the one by time once more.
drop index platform.event_journal_idx;
create index event_own_journal_idx on platform.event_own (journal, occurred_at desc);
