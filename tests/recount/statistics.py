#!/usr/bin/env python3
"""Counts the seven columns of a month anew, from raw rows that psql prints (CIMP-STAT-02).

It shares nothing with the server: no code, no statement, no sum of the database. Usage, with the connection in PGHOST,
PGPORT, PGUSER and PGDATABASE:

    statistics.py <from> <to> <horizon>        (moments with zone, ISO 8601)

One line an account and currency: owner|currency|opening|accumulated|accumulated_prev|spent|expired|closing|to_be_expired
"""

import subprocess
import sys
from collections import defaultdict
from datetime import datetime


def rows(columns, table):
    said = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-F", "|", "-c", f"select {columns} from {table}"],
        check=True, capture_output=True, text=True,
    ).stdout
    return [line.split("|") for line in said.splitlines()]


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


begin, end, horizon = (moment(text) for text in sys.argv[1:4])
at = "to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"

accounts = {id: (owner, role, currency) for id, owner, role, currency in rows("id, owner, role, currency", "ledger.account")}
booked = {number: moment(when) for number, when in rows("number, " + at.format("booked_at"), "ledger.transaction")}
takes_back = {
    (number, place): reversed_number != ""
    for number, place, reversed_number in rows("number, place, reversed_number", "ledger.reversal")
}
figures = defaultdict(lambda: dict(opening=0, accumulated=0, prev=0, spent=0, expired=0, closing=0, expiring=0))

for number, place, debit, credit, amount in rows("number, place, debit_account, credit_account, amount", "ledger.posting"):
    amount = int(amount)
    for mine, other, change in ((credit, debit, amount), (debit, credit, -amount)):
        if accounts[mine][1] != "member" or booked[number] >= end:
            continue
        of = figures[mine]
        of["closing"] += change
        if booked[number] < begin:
            of["opening"] += change
        elif accounts[other][1] == "expired":
            of["expired"] -= change
        else:
            # What a reversal gives back lessens what was spent; what it takes back lessens what was accumulated.
            is_reversal = takes_back.get((number, place), False) or ((number, place) in takes_back and change < 0)
            if (change > 0) != is_reversal:
                of["accumulated"] += change
            else:
                of["spent"] -= change

drawn = defaultdict(int)
for number, lot, amount in rows("number, lot, amount", "ledger.draw"):
    if booked[number] < end:
        drawn[lot] += int(amount)
for lot, account, amount, expires in rows("id, account, amount, " + at.format("expires_at"), "ledger.lot"):
    born = booked[str(int(lot) // 16384)]
    if born >= end:
        continue
    left = int(amount) - drawn[lot]
    if born < begin:
        figures[account]["prev"] += left
    if expires and moment(expires) < horizon:
        figures[account]["expiring"] += left

for account, of in sorted(figures.items(), key=lambda item: accounts[item[0]][0]):
    owner, _, currency = accounts[account]
    cells = [of[key] for key in ("opening", "accumulated", "prev", "spent", "expired", "closing", "expiring")]
    print("|".join([owner, currency, *map(str, cells)]))
