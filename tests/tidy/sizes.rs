//! Small files in reading order, functions that fit a screen.

use crate::sources::{files, rust};
use syn::spanned::Spanned;
use syn::visit::Visit;

/// Longest hand-written file, in lines (quickwit's guide gives the same figure for new files).
const FILE_LINES_MAX: usize = 500;
/// Longest function, in lines (TigerBeetle's TIGER_STYLE).
const FUNCTION_LINES_MAX: usize = 70;
/// Longest file of the browser application, in lines.
const WEB_FILE_LINES_MAX: usize = 250;

#[test]
fn files_are_short() {
    let long: Vec<_> = rust()
        .into_iter()
        .filter(|file| file.text.lines().count() > FILE_LINES_MAX)
        .map(|file| format!("{} has {} lines", file.path, file.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "more than {FILE_LINES_MAX} lines, split by what changes together: {long:#?}");
}

#[test]
fn files_of_the_browser_application_are_short() {
    let long: Vec<_> = files(&["web/src"], &[".ts", ".tsx"])
        .into_iter()
        .filter(|file| file.text.lines().count() > WEB_FILE_LINES_MAX)
        .map(|file| format!("{} has {} lines", file.path, file.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "more than {WEB_FILE_LINES_MAX} lines: {long:#?}");
}

#[test]
fn functions_fit_a_screen() {
    let mut long = Vec::new();
    for file in rust() {
        let parsed = syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        let mut functions = Functions { path: &file.path, long: &mut long };
        functions.visit_file(&parsed);
    }
    assert!(long.is_empty(), "functions over {FUNCTION_LINES_MAX} lines: {long:#?}");
}

struct Functions<'a> {
    path: &'a str,
    long: &'a mut Vec<String>,
}

impl Functions<'_> {
    fn judge(&mut self, name: &syn::Ident, body: &syn::Block) {
        let lines = body.span().end().line - body.span().start().line + 1;
        if lines > FUNCTION_LINES_MAX {
            self.long.push(format!("{}: {name} has {lines} lines", self.path));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.judge(&function.sig.ident, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.judge(&function.sig.ident, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }
}
