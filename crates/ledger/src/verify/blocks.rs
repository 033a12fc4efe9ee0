//! Walks the chain from its beginning.

use super::{Fault, Inner, PART, Report};
use crate::book::rows::Transaction;
use crate::chain::{Hash, hash_of, hash_of_block};
use crate::query::recount::{self, Block, Stored};
use crate::store::write::first_number;
use sqlx::PgConnection;

/// Blocks that are looked at together at most: many small ones are one part.
const BLOCKS: i64 = 2_000;

/// Where the walk is.
struct At {
    position: i64,
    hash: Hash,
}

pub(super) async fn verify(
    db: &mut PgConnection,
    report: &mut Report,
    inner: &mut Inner,
) -> sqlx::Result<()> {
    let mut at = At { position: 0, hash: [0; 32] };
    let mut after = 0;
    loop {
        let blocks = recount::blocks(db, after, BLOCKS).await?;
        let Some(last) = blocks.last() else { break };
        after = last.position;
        let mut rest = &*blocks;
        while !rest.is_empty() {
            let (part, behind) = rest.split_at(part_of(rest));
            walk(db, report, inner, &mut at, part).await?;
            rest = behind;
        }
    }
    let (position, hash) = recount::head(db).await?;
    if (position, hash.as_slice()) != (at.position, at.hash.as_slice()) {
        let found = format!("{position} {}", hex(&hash));
        report.find(
            Fault::ChainHead,
            "the end of the chain",
            format!("{} {}", at.position, hex(&at.hash)),
            found,
        );
    }
    report.head = hex(&at.hash);
    Ok(())
}

/// How many blocks are one part; at least one.
fn part_of(blocks: &[Block]) -> usize {
    let mut sum = 0;
    let fits = |block: &&Block| {
        sum += usize::try_from(block.transactions).unwrap_or(0);
        sum <= PART
    };
    blocks.iter().take_while(fits).count().max(1)
}

async fn walk(
    db: &mut PgConnection,
    report: &mut Report,
    inner: &mut Inner,
    at: &mut At,
    blocks: &[Block],
) -> sqlx::Result<()> {
    let ids: Vec<i64> = blocks.iter().map(|block| block.id).collect();
    let stored = recount::transactions(db, &ids).await?;
    for block in blocks {
        report.blocks += 1;
        let name = format!("block {} at position {}", block.id, block.position);
        if block.position != at.position + 1 || block.previous_hash != at.hash {
            let expected = format!("position {} after {}", at.position + 1, hex(&at.hash));
            report.find(Fault::ChainBroken, &name, expected, hex(&block.previous_hash));
        }
        let own = stored.range(first_number(block.id)..first_number(block.id + 1));
        let own: Vec<&Stored> = own.map(|(_, stored)| stored).collect();
        report.compare(
            Fault::BlockCount,
            &name,
            block.transactions.into(),
            i64::try_from(own.len()).unwrap_or(i64::MAX),
        );
        let hashes: Vec<Hash> = own.into_iter().map(|stored| judge(report, inner, stored)).collect();
        let hash = hash_of_block(&at.hash, block.id, hashes.iter());
        if block.hash != hash {
            report.find(Fault::BlockHash, &name, hex(&hash), hex(&block.hash));
        }
        // The next one is judged by what this one says, so that one change is one finding.
        at.position = block.position;
        at.hash = Hash::try_from(block.hash.as_slice()).unwrap_or(hash);
    }
    Ok(())
}

/// The hash that a transaction says it has; a finding when that is not the hash of its rows.
fn judge(report: &mut Report, inner: &mut Inner, stored: &Stored) -> Hash {
    let Stored { transaction, hash } = stored;
    report.transactions += 1;
    let computed = hash_of(transaction);
    if hash.as_slice() != computed {
        let at = format!("transaction {} ({})", transaction.id, transaction.number);
        report.find(Fault::TransactionHash, at, hex(&computed), hex(hash));
    }
    add_up(report, inner, transaction);
    Hash::try_from(hash.as_slice()).unwrap_or(computed)
}

fn add_up(report: &mut Report, inner: &mut Inner, transaction: &Transaction) {
    for posting in &transaction.postings {
        report.postings += 1;
        if posting.debit_after.is_none() {
            *inner.entry(posting.debit).or_default() -= i128::from(posting.amount);
        }
        if posting.credit_after.is_none() {
            *inner.entry(posting.credit).or_default() += i128::from(posting.amount);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
