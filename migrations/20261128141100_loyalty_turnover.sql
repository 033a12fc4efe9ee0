-- Why: tiers may depend on the money that members spent (CIMP-TIER-02). Activities say it, and are kept for a while only:
-- here is the sum of each month. Months of the programme's zone make its quarters and years.
create table loyalty.turnover (
    account_id uuid           not null,
    kind       text           not null, -- of activity: purchase, payment, …
    month      date           not null, -- its first day
    amount     numeric(24, 6) not null, -- less what was returned in it
    constraint turnover_pkey primary key (account_id, kind, month),
    constraint turnover_account_fkey foreign key (account_id) references loyalty.account (account_id)
);
