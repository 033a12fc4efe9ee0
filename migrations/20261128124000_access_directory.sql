-- Why: people may sign in with the password of a directory of the company (LDAP, Active Directory). The server keeps
-- no password of theirs; it keeps which directory and what never changes there, so that a renamed person stays the
-- same person. Roles that groups of the directory give are told apart from those that administrators give by hand.

alter table access.person
    alter column password_hash drop not null,
    add column email             text,
    -- The name of [access.directory.<name>]; null: an account of this server.
    add column directory         text,
    -- entryUUID, or objectGUID in hexadecimal digits.
    add column external_id       text,
    -- When the directory was last asked about the person.
    add column checked_at        timestamptz,
    -- Since when the directory no longer lets the person in; null: it does.
    add column left_directory_at timestamptz,
    add constraint person_one_account check (
        (directory is null and external_id is null and password_hash is not null)
        or (directory is not null and external_id is not null and checked_at is not null and password_hash is null)),
    add constraint person_external_key unique (directory, external_id);

alter table access.person_role add column from_directory boolean not null default false;
