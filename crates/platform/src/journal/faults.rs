//! Which faults say something about the database, and which about the write.

/// What a failed write or commit means for what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Postgres is away or stopping: keep everything and come again.
    Away,
    /// Postgres is there and says "not now": a deadlock, a lock or statement timeout. Worth some more tries.
    Contended,
    /// The write itself is wrong and would be refused each time.
    Bad,
}

/// Sorts an error. SQLSTATE classes are those of the Postgres manual, appendix A.
#[must_use]
pub fn of(error: &sqlx::Error) -> Fault {
    match error {
        sqlx::Error::Database(refusal) => match refusal.code() {
            Some(code) => of_sqlstate(&code),
            None => Fault::Bad,
        },
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Fault::Away,
        _ => Fault::Bad,
    }
}

fn of_sqlstate(code: &str) -> Fault {
    match code {
        // Query cancelled, by a statement timeout or a person: the write may be what is too slow.
        "57014" => Fault::Contended,
        // Read-only transaction: the address leads to a standby during a switch-over.
        "25006" => Fault::Away,
        // A session ended for idling in a transaction: the machine stood still.
        "25P03" => Fault::Away,
        _ => match code.get(..2) {
            // 08 connection, 28 sign-in, 53 resources, 57 operator intervention, 58 system error.
            Some("08" | "28" | "53" | "57" | "58") => Fault::Away,
            // 40 serialization and deadlock, 55 lock not available.
            Some("40" | "55") => Fault::Contended,
            _ => Fault::Bad,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_apart_by_their_sqlstate() {
        assert_eq!(of_sqlstate("57P01"), Fault::Away);
        assert_eq!(of_sqlstate("53300"), Fault::Away);
        assert_eq!(of_sqlstate("40P01"), Fault::Contended);
        assert_eq!(of_sqlstate("57014"), Fault::Contended);
        assert_eq!(of_sqlstate("23505"), Fault::Bad);
        assert_eq!(of_sqlstate("42P01"), Fault::Bad);
        assert_eq!(of(&sqlx::Error::PoolTimedOut), Fault::Away);
        assert_eq!(of(&sqlx::Error::RowNotFound), Fault::Bad);
    }
}
