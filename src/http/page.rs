//! Lists page by page: `?limit=50&cursor=...`. A cursor is opaque to the caller: the sort key of the last item.

use super::problem::{ApiError, Code};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Items of a page when the caller does not say.
pub const LIMIT_DEFAULT: u16 = 50;
/// Most items of a page: what a screen or a program handles at once without a long transaction.
pub const LIMIT_MAX: u16 = 500;

/// The paging part of a query string. A list with filters takes two: `page: Query<PageQuery>, filter: Query<Filter>`
/// (flattening one into the other would read numbers as text).
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Most items in the answer, 1 to 500; 50 when absent.
    pub limit: Option<u16>,
    /// `next` of the page before; absent for the first page.
    pub cursor: Option<String>,
    /// Only items that contain this text.
    pub q: Option<String>,
}

impl PageQuery {
    /// How many items the answer may have.
    ///
    /// # Errors
    /// 422 when the caller asks for none or for more than [`LIMIT_MAX`].
    pub fn limit(&self) -> Result<u16, ApiError> {
        match self.limit {
            None => Ok(LIMIT_DEFAULT),
            Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
            Some(_) => Err(ApiError::invalid("?limit", format!("use 1 to {LIMIT_MAX}"))),
        }
    }

    /// Rows to fetch: one more than fits the page tells whether there is a next one.
    ///
    /// # Errors
    /// As [`PageQuery::limit`].
    pub fn rows(&self) -> Result<i64, ApiError> {
        Ok(i64::from(self.limit()?) + 1)
    }

    /// The sort key behind which the page starts.
    ///
    /// # Errors
    /// 400 when the cursor was not made by [`Page::new`] for the same kind of key.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, ApiError> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let refuse = || ApiError::new(Code::MalformedRequest, "the cursor was not made by this list");
        let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refuse())?;
        serde_json::from_slice(&json).map(Some).map_err(|_| refuse())
    }

    /// The text to search for, trimmed; nothing when empty.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.q.as_deref().map(str::trim).filter(|q| !q.is_empty())
    }

    /// The text as a pattern for `ilike`, with its own wildcards escaped.
    #[must_use]
    pub fn pattern(&self) -> Option<String> {
        let text = self.text()?;
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        Some(format!("%{escaped}%"))
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page from the rows that `limit + 1` returned; `key` is the sort key of an item.
    ///
    /// # Errors
    /// 422 as [`PageQuery::limit`]; 500 when a key cannot be written.
    pub fn new<K: Serialize>(
        mut rows: Vec<T>,
        query: &PageQuery,
        key: impl Fn(&T) -> K,
    ) -> Result<Self, ApiError> {
        let limit = usize::from(query.limit()?);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = match rows.last() {
            Some(last) if more => {
                Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key(last)).map_err(ApiError::internal)?))
            }
            _ => None,
        };
        Ok(Self { items: rows, next })
    }

    /// The same page with each item turned into what the API shows.
    #[must_use]
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(show).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_of_a_full_page_names_its_last_item_and_the_last_page_has_none() {
        let query = PageQuery { limit: Some(2), ..PageQuery::default() };

        let first = Page::new(vec!["a", "b", "c"], &query, |item| (*item).to_owned()).unwrap();
        let next = PageQuery { cursor: first.next.clone(), ..query.clone() };
        let last = Page::new(vec!["c"], &next, |item| (*item).to_owned()).unwrap();

        assert_eq!(first.items, ["a", "b"]);
        assert_eq!(next.after::<String>().unwrap().as_deref(), Some("b"));
        assert!(last.next.is_none());
    }

    #[test]
    fn limits_and_cursors_of_strangers_are_refused() {
        let asks = |limit| PageQuery { limit: Some(limit), ..PageQuery::default() }.limit();
        let cursor = PageQuery { cursor: Some("rubbish!".into()), ..PageQuery::default() };

        assert!(asks(0).is_err());
        assert!(asks(501).is_err());
        assert_eq!(asks(500).unwrap(), 500);
        assert!(cursor.after::<String>().is_err());
    }

    #[test]
    fn wildcards_in_a_search_are_letters() {
        let query = PageQuery { q: Some(" 50%_ ".into()), ..PageQuery::default() };

        assert_eq!(query.pattern().as_deref(), Some("%50\\%\\_%"));
    }
}
