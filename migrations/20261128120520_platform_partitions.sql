-- Why: three functions made partitions by time and differed in a name. One does, for every table that is split so, and
-- one drops them.

-- Makes partitions of `parent`, which is split by `occurred_at` (UTC): `ahead` of them from the one of `from_day` on,
-- each `every` ('week', from Monday on, or 'month') long, named after `prefix`. One whose rows already stand in the
-- default partition is not made: moving them would lock the table. Returns how many it made.
create function platform.make_partitions(parent regclass, prefix text, every text, from_day date, ahead integer)
returns integer language plpgsql as $$
declare
    step interval := ('1 ' || every)::interval;
    first_start timestamp := date_trunc(every, from_day::timestamp);
    schema_name text;
    rest regclass;
    part_name text;
    part_start timestamptz;
    part_end timestamptz;
    is_taken boolean;
    made integer := 0;
begin
    select c.relnamespace::regnamespace::text, p.partdefid into strict schema_name, rest
        from pg_class c join pg_partitioned_table p on p.partrelid = c.oid where c.oid = parent;
    for number in 0 .. ahead - 1 loop
        part_start := (first_start + number * step) at time zone 'UTC';
        part_end := (first_start + (number + 1) * step) at time zone 'UTC';
        part_name := prefix || to_char(
            part_start at time zone 'UTC', case every when 'month' then '_YYYY_MM' else '_YYYY_MM_DD' end);
        continue when to_regclass(format('%I.%I', schema_name, part_name)) is not null;
        execute format('select exists (select 1 from %s where occurred_at >= $1 and occurred_at < $2)', rest)
            into is_taken using part_start, part_end;
        continue when is_taken;
        execute format('create table %I.%I partition of %s for values from (%L) to (%L)',
            schema_name, part_name, parent, part_start, part_end);
        made := made + 1;
    end loop;
    return made;
end
$$;

-- Drops those partitions of `parent` that end at or before `kept_from`; their names.
create function platform.drop_partitions(parent regclass, prefix text, every text, kept_from timestamptz)
returns setof text language plpgsql as $$
declare
    part record;
    part_end timestamptz;
begin
    for part in
        select c.oid::regclass as id, c.relname as name
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = parent and c.relname ~ ('^' || prefix || '_\d{4}_\d{2}(_\d{2})?$')
        order by c.relname
    loop
        part_end := (to_date(substr(part.name, length(prefix) + 2), 'YYYY_MM_DD')::timestamp
            + ('1 ' || every)::interval) at time zone 'UTC';
        if part_end <= kept_from then
            execute format('drop table %s', part.id);
            return next part.name;
        end if;
    end loop;
end
$$;

drop function platform.make_event_partitions(date, integer);
drop function platform.make_outside_partitions(date, integer);
drop function platform.drop_outside_partitions(timestamptz);
