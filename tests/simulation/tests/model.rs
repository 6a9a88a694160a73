//! A model that is to be believed has to be read from beginning to end.

/// The most lines of it, comments, blank lines and imports aside.
const READABLE: usize = 200;

#[test]
fn the_reference_model_can_be_read_at_one_sitting() {
    let model = include_str!("../src/model.rs");
    let is_code = |line: &&str| {
        !["", "//", "use "].iter().any(|start| match *start {
            "" => line.is_empty(),
            start => line.starts_with(start),
        })
    };
    let lines = model.lines().map(str::trim).filter(is_code).count();
    assert!((100..=READABLE).contains(&lines), "{lines} lines of code");
}
