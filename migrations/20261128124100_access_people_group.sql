-- Why: CIMP-ADM-02 asks for groups of users. A group carries roles, each in a unit, for all of its members: a
-- newcomer to a department is put into one group instead of being given every role one by one.

create table access.people_group (
    people_group_id uuid        not null constraint people_group_pkey primary key,
    name            text        not null constraint people_group_name_length check (length(name) between 1 and 200),
    version         integer     not null default 1,
    created_at      timestamptz not null
);
create unique index people_group_name_key on access.people_group (lower(name));

create table access.people_group_role (
    people_group_id uuid not null constraint people_group_role_group_fkey
                    references access.people_group (people_group_id) on delete cascade,
    role_id         uuid not null constraint people_group_role_role_fkey references access.role (role_id) on delete restrict,
    unit_id         uuid not null constraint people_group_role_unit_fkey references access.unit (unit_id) on delete restrict,
    constraint people_group_role_pkey primary key (people_group_id, role_id, unit_id)
);
create index people_group_role_role_idx on access.people_group_role (role_id);
create index people_group_role_unit_idx on access.people_group_role (unit_id);

create table access.people_group_member (
    people_group_id uuid not null constraint people_group_member_group_fkey
                    references access.people_group (people_group_id) on delete cascade,
    person_id       uuid not null constraint people_group_member_person_fkey
                    references access.person (person_id) on delete cascade,
    constraint people_group_member_pkey primary key (people_group_id, person_id)
);
create index people_group_member_person_idx on access.people_group_member (person_id);
