//! A model that is to be believed has to be read from beginning to end.

/// The most lines of it that say something: not blank, no comment, no import, and more than closing brackets.
const READABLE: usize = 200;

#[test]
fn the_reference_model_can_be_read_at_one_sitting() {
    let says_something = |line: &&str| {
        let is_comment_or_import = line.starts_with("//") || line.starts_with("use ");
        !is_comment_or_import && line.chars().any(|letter| !"{}()[]?;, ".contains(letter))
    };
    let lines = include_str!("../src/model.rs").lines().map(str::trim).filter(says_something).count();
    assert!((100..=READABLE).contains(&lines), "{lines} lines");
}
