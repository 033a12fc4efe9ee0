-- Why: a draft that was launched and not changed since is told from one that somebody changed; a simulation may be
-- given up; titles of reference tables exist in several languages.
alter table rules.rule drop constraint rule_draft_state_check;
alter table rules.rule add constraint rule_draft_state_check
    check (draft_state in ('draft', 'in_test', 'approved', 'launched'));
alter table rules.simulation drop constraint simulation_state_check;
alter table rules.simulation add constraint simulation_state_check
    check (state in ('running', 'done', 'failed', 'cancelled'));
alter table rules.reference_table alter column title type jsonb using to_jsonb(title);
