//! The six statuses of a promotion and what leads from one to another (CIMP-ST-04, CIMP-SPV-07).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a promotion stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum PromotionStatus {
    /// Being written.
    Draft,
    /// Makes offers and activates them.
    Running,
    /// Makes no offers and activates none; offers stay.
    Suspended,
    /// Over: its offers are closed.
    Completed,
    /// Over and put away.
    Archived,
    /// Thrown away before it ran.
    Deleted,
}

/// What people do with a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromotionAct {
    /// Lets a draft run.
    Launch,
    /// Stops it for a while.
    Suspend,
    /// Lets it run again.
    Resume,
    /// Ends it and closes its offers.
    Complete,
    /// Puts a completed one away.
    Archive,
    /// Throws a draft away.
    Delete,
}

/// Why a promotion does not go there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a promotion that is {} cannot be {}: {}", .from.as_str(), .act.done(), .from.possible())]
pub struct StatusRefusal {
    /// Where it stands.
    pub from: PromotionStatus,
    /// What was asked.
    pub act: PromotionAct,
}

impl PromotionAct {
    const fn done(self) -> &'static str {
        match self {
            Self::Launch => "launched",
            Self::Suspend => "suspended",
            Self::Resume => "resumed",
            Self::Complete => "completed",
            Self::Archive => "archived",
            Self::Delete => "deleted",
        }
    }
}

impl PromotionStatus {
    /// Every status, in the order of a promotion's life.
    pub const ALL: [Self; 6] =
        [Self::Draft, Self::Running, Self::Suspended, Self::Completed, Self::Archived, Self::Deleted];

    /// The word of columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Suspended => "suspended",
            Self::Completed => "completed",
            Self::Archived => "archived",
            Self::Deleted => "deleted",
        }
    }

    const fn possible(self) -> &'static str {
        match self {
            Self::Draft => "launch or delete it",
            Self::Running => "suspend or complete it",
            Self::Suspended => "resume or complete it",
            Self::Completed => "archive it",
            Self::Archived | Self::Deleted => "it stays so; make another one",
        }
    }

    /// Where the act leads.
    ///
    /// # Errors
    /// The act does not lead on from here.
    pub const fn after(self, act: PromotionAct) -> Result<Self, StatusRefusal> {
        match (self, act) {
            (Self::Draft, PromotionAct::Launch) | (Self::Suspended, PromotionAct::Resume) => {
                Ok(Self::Running)
            }
            (Self::Running, PromotionAct::Suspend) => Ok(Self::Suspended),
            (Self::Running | Self::Suspended, PromotionAct::Complete) => Ok(Self::Completed),
            (Self::Completed, PromotionAct::Archive) => Ok(Self::Archived),
            (Self::Draft, PromotionAct::Delete) => Ok(Self::Deleted),
            (from, act) => Err(StatusRefusal { from, act }),
        }
    }

    /// Whether its settings may still be changed as a whole; of one that runs only texts and the end may.
    #[must_use]
    pub const fn is_draft(self) -> bool {
        matches!(self, Self::Draft)
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Archived | Self::Deleted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTS: [PromotionAct; 6] = [
        PromotionAct::Launch,
        PromotionAct::Suspend,
        PromotionAct::Resume,
        PromotionAct::Complete,
        PromotionAct::Archive,
        PromotionAct::Delete,
    ];

    /// CIMP-ST-04: Draft -> Running <-> Suspended -> Completed -> Archive, and Draft -> Deleted only.
    #[test]
    fn a_promotion_goes_through_its_statuses_and_nowhere_else() {
        use PromotionAct::{Archive, Complete, Delete, Launch, Resume, Suspend};
        use PromotionStatus::{Archived, Completed, Deleted, Draft, Running, Suspended};
        let allowed = [
            (Draft, Launch, Running),
            (Draft, Delete, Deleted),
            (Running, Suspend, Suspended),
            (Running, Complete, Completed),
            (Suspended, Resume, Running),
            (Suspended, Complete, Completed),
            (Completed, Archive, Archived),
        ];
        for from in PromotionStatus::ALL {
            for act in ACTS {
                let known = allowed.iter().find(|(state, by, _)| (*state, *by) == (from, act));
                assert_eq!(from.after(act).ok(), known.map(|(.., to)| *to), "{from:?} {act:?}");
            }
        }
    }

    /// CIMP-SPV-07: what is over never runs again, so that its closed offers stay closed.
    #[test]
    fn what_is_over_never_runs_again() {
        for from in PromotionStatus::ALL.into_iter().filter(|status| status.is_over()) {
            for act in ACTS {
                assert!(from.after(act).is_err() || from.after(act).is_ok_and(PromotionStatus::is_over));
            }
        }
    }

    #[test]
    fn a_refusal_says_what_is_possible() {
        let refusal = PromotionStatus::Running.after(PromotionAct::Delete).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "a promotion that is running cannot be deleted: suspend or complete it"
        );
    }
}
