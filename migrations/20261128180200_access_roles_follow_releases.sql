-- Why: what a release brings was allowed to the administrator only; the other roles that come with the server stayed as the
-- first start had stored them. A role that nobody has changed follows the releases from now on: the start of a server gives it
-- the operations of its release. A change by a person ends that.
alter table access.role add column follows_releases boolean not null default false;
update access.role set follows_releases = true
where version = 1 and role_id between '01900000-0000-7000-8000-000000010002' and '01900000-0000-7000-8000-000000010009';
