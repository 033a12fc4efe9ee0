use super::*;

#[test]
fn the_cause_of_a_500_is_not_shown() {
    let error = ApiError::internal("password of the database is hunter2");

    let body = serde_json::to_string(&error.problem()).unwrap();

    assert_eq!(error.status_code(), 500);
    assert!(!body.contains("hunter2"), "{body}");
}

#[test]
fn every_code_is_found_by_its_slug_and_has_a_page_that_says_what_to_do() {
    for code in Code::ALL {
        assert_eq!(Code::from_slug(code.slug()), Some(*code));
        assert!(code.page().starts_with(&format!("# {}\n", code.title())), "page of {}", code.slug());
        assert!(code.page().contains("What to do"), "page of {}", code.slug());
        assert!(code.page().contains(&format!("`{}`", code.number())), "page of {}", code.slug());
    }
}

#[test]
fn a_database_that_is_away_is_503_and_anything_else_is_500() {
    assert_eq!(ApiError::from(sqlx::Error::PoolTimedOut).status_code(), 503);
    assert_eq!(ApiError::from(sqlx::Error::RowNotFound).status_code(), 500);
}
