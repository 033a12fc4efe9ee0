-- Why: accounts that owe, that could not hold so much or that did not exist were locked behind the others of a call, so two
-- calls could wait for each other. Now one statement locks all accounts of a call in the order of their ids: what cannot be
-- credited is locked by writing the row as it is, which is seldom; and before anything is locked all accounts must exist.

drop function ledger.credit_accounts(uuid[], bigint[]);

-- Locks accounts by crediting them, in the order given, which must be that of their ids; what they had before, and what was
-- added: nothing to who owes something, since a credit pays that first. With `all_or_none` nothing is locked when one of them
-- does not exist. One by one by the index, whatever the table looked like when the plan was made.
create function ledger.credit_accounts(ids uuid[], amounts bigint[], all_or_none boolean)
returns table (
    id uuid, owner uuid, currency uuid, balance bigint, held bigint, debt bigint, claim bigint, added bigint,
    allows_debt boolean
)
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    if all_or_none and exists (
        select from unnest(ids) as given (id)
        where not exists (select from ledger.account a where a.id = given.id)
    ) then
        return;
    end if;
    return query
        with credited as (
            update ledger.account a
            set balance = a.balance + case when a.debt = 0 and a.claim = 0 then given.amount else 0 end
            from unnest(ids, amounts) as given (id, amount)
            where a.id = given.id and a.role = 'member'
            returning a.id, a.owner, a.currency, a.balance, a.held, a.debt, a.claim,
                case when a.debt = 0 and a.claim = 0 then given.amount else 0 end as added
        )
        select k.id, k.owner, k.currency, k.balance - k.added, k.held, k.debt, k.claim, k.added, c.allows_debt
        from credited k join ledger.currency c on c.id = k.currency;
end
$$;
