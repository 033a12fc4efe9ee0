-- Why: events of other systems are kept for as long as their type says. A week that no type keeps any longer is dropped
-- whole, which costs nothing; deleting its rows would cost as much as writing them did.

-- Drops the weekly partitions that end at or before `kept_from`; their names.
create function platform.drop_outside_partitions(kept_from timestamptz) returns setof text
language plpgsql as $$
declare
    part text;
    week_end timestamptz;
begin
    for part in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'platform.event_outside'::regclass and c.relname ~ '^event_outside_\d{4}_\d{2}_\d{2}$'
        order by c.relname
    loop
        week_end := (to_date(right(part, 10), 'YYYY_MM_DD')::timestamp + interval '7 days') at time zone 'UTC';
        if week_end <= kept_from then
            execute format('drop table platform.%I', part);
            return next part;
        end if;
    end loop;
end
$$;
