//! Core metadata: each row of `tests/data/metadata.tsv` in a wheel of its own.

use release_prep::testing::Rule;

use crate::rules::Cases;

#[test]
pub(crate) fn fields() {
    let mut cases = Cases::default();
    for row in include_str!("../data/metadata.tsv").lines().skip(1) {
        let (expected, text) = row.split_once('\t').unwrap();
        let wheel = cases.wheel("py3-none-any");
        let project = wheel.file_name().split_once('-').unwrap().0.to_owned();
        let wheel = wheel.metadata(&(text.replace("\\n", "\n").replace("{project}", &project) + "\n"));
        match expected {
            "-" => cases.holds(&wheel),
            id => cases.breaks(*Rule::ALL.iter().find(|rule| rule.id() == id).unwrap(), &wheel),
        }
    }
    cases.judge();
}
