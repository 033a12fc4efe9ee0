//! Programmes and their points, held in memory by whoever decides often.

use crate::bonus_type::BonusType;
use crate::programme::Programme;
use base::id::ProgrammeId;
use std::sync::Arc;

/// All programmes with their bonus types at one moment.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    programmes: Vec<Programme>,
    bonus_types: Vec<Arc<BonusType>>,
}

impl Setup {
    /// These programmes and bonus types.
    #[must_use]
    pub fn new(programmes: Vec<Programme>, bonus_types: Vec<BonusType>) -> Self {
        Self { programmes, bonus_types: bonus_types.into_iter().map(Arc::new).collect() }
    }

    /// The programmes, by code.
    #[must_use]
    pub fn programmes(&self) -> &[Programme] {
        &self.programmes
    }

    /// A programme by its id.
    #[must_use]
    pub fn programme(&self, id: ProgrammeId) -> Option<&Programme> {
        self.programmes.iter().find(|programme| programme.id == id)
    }

    /// A programme by its code; without one the only programme.
    #[must_use]
    pub fn programme_called(&self, code: Option<&str>) -> Option<&Programme> {
        match (code, self.programmes.as_slice()) {
            (Some(code), all) => all.iter().find(|programme| programme.fields.code == code),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }

    /// The bonus types of a programme.
    pub fn bonus_types(&self, programme: ProgrammeId) -> impl Iterator<Item = &Arc<BonusType>> {
        self.bonus_types.iter().filter(move |known| known.programme_id == programme)
    }

    /// A bonus type of a programme by its code.
    #[must_use]
    pub fn bonus_type(&self, programme: ProgrammeId, code: &str) -> Option<&Arc<BonusType>> {
        self.bonus_types(programme).find(|known| known.fields.code == code)
    }
}
