-- Why: nearly every transaction has one posting, which cost a row and two index entries of their own, and the moment of
-- booking an index entry for each transaction although a block has one moment for all of its transactions. A member's
-- account that is only credited was locked and then changed: two versions of the row for one credit.

-- The posting at place 0 stands in its transaction's row; those behind it (and those written before this) stand beside.
alter table ledger.transaction
    add column debit_account  uuid,
    add column credit_account uuid,
    add column amount         bigint,
    add column debit_after    bigint,
    add column credit_after   bigint,
    add constraint transaction_posting_check check (
        case when amount is null then num_nonnulls(debit_account, credit_account, debit_after, credit_after) = 0
        else amount > 0 and debit_account <> credit_account end
    );
create index transaction_debit_idx on ledger.transaction (debit_account, number) where debit_after is not null;
create index transaction_credit_idx on ledger.transaction (credit_account, number) where credit_after is not null;

alter table ledger.posting rename to further_posting;
alter table ledger.further_posting rename constraint posting_pkey to further_posting_pkey;
alter table ledger.further_posting rename constraint posting_amount_check to further_posting_amount_check;
alter table ledger.further_posting rename constraint posting_accounts_check to further_posting_accounts_check;
alter index ledger.posting_debit_idx rename to further_posting_debit_idx;
alter index ledger.posting_credit_idx rename to further_posting_credit_idx;
alter trigger posting_append_only on ledger.further_posting rename to further_posting_append_only;

create view ledger.posting as
select number, 0 as place, debit_account, credit_account, amount, debit_after, credit_after
from ledger.transaction where amount is not null
union all
select number, place, debit_account, credit_account, amount, debit_after, credit_after
from ledger.further_posting;

-- Periods: "what was booked in March" begins with the blocks of March.
drop index ledger.transaction_booked_idx;
create index block_booked_idx on ledger.block (booked_at, id);

-- The numbers that transactions booked in a span can have; null when nothing was. Numbers and moments need not grow together
-- (two servers, a clock that is put back), so all blocks of the span are asked; the index alone answers.
create function ledger.numbers_booked(since timestamptz, until timestamptz)
returns table (first_number bigint, last_number bigint)
language sql stable
as $$
    select min(id) * 1000, max(id) * 1000 + 999 from ledger.block where booked_at >= since and booked_at < until
$$;

-- Locks accounts by crediting them, in the order given, which must be that of their ids; what they had before. Left out:
-- who owes something, since a credit pays that first, and who could not hold that much. One by one by the index, whatever
-- the table looked like when the plan was made.
create function ledger.credit_accounts(ids uuid[], amounts bigint[])
returns table (id uuid, owner uuid, currency uuid, balance bigint, held bigint, allows_debt boolean)
language plpgsql
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    return query
        with credited as (
            update ledger.account a
            set balance = a.balance + given.amount
            from unnest(ids, amounts) as given (id, amount)
            where a.id = given.id and a.role = 'member' and a.debt = 0 and a.claim = 0
                and a.balance <= 9223372036854775807 - given.amount
            returning a.id, a.owner, a.currency, a.balance - given.amount as balance, a.held
        )
        select k.id, k.owner, k.currency, k.balance, k.held, c.allows_debt
        from credited k join ledger.currency c on c.id = k.currency;
end
$$;
