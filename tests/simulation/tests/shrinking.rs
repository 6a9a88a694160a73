//! Worlds that are broken on purpose: the model sees it, and the shrinker tells it in a few steps.

#![allow(clippy::print_stdout, clippy::panic, reason = "a test fails by panicking, and shows what it found")]

use kring_simulation::{Broken, Failure, Story, play, shrink};

const PLAYS: usize = 2_000;

/// A story of so many steps, out of hundreds, can be read and understood.
const READABLE: usize = 40;

/// The first story that fails in a broken world, shrunk.
fn found(broken: Broken) -> (Story, Failure) {
    let fails = |seed| {
        let story = Story::tell(seed, 300);
        play(&story, broken).err().map(|failure| (story, failure))
    };
    let (story, failure) = (0..100).find_map(fails).unwrap_or_else(|| panic!("{broken:?} is not noticed"));
    let (story, failure) = shrink(story, failure, broken, PLAYS);
    let told: String = story.steps.iter().map(|(number, step)| format!("{number:5} {step}\n")).collect();
    println!("{broken:?}: {failure}\n{told}");
    assert_eq!(play(&story, broken).err(), Some(failure.clone()), "a shrunk story fails again");
    assert_eq!(play(&story, Broken::Nothing).err(), None, "and only because the world is broken");
    (story, failure)
}

#[test]
fn a_server_that_tells_everybody_is_found() {
    let (story, failure) = found(Broken::TellsEverybody);
    assert!(failure.what.contains("may not read"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_server_that_forgets_its_answers_is_found() {
    let (story, failure) = found(Broken::ForgetsAnswers);
    assert!(failure.what.contains("twice") || failure.what.contains("first told"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_server_that_tells_too_soon_is_found() {
    let (story, failure) = found(Broken::TellsTooSoon);
    assert!(failure.what.contains("not what was committed") || failure.what.contains("gap"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_device_that_promises_too_soon_is_found() {
    let (story, failure) = found(Broken::PromisesTooSoon);
    assert!(failure.what.contains("must wait or have ended"), "{failure}");
    assert_eq!(story.steps.len(), 1, "the edit alone");
}

#[test]
fn a_device_that_drops_texts_is_found() {
    let (story, failure) = found(Broken::DropsTexts);
    assert!(failure.what.contains("must wait or have ended"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_device_that_loses_entries_is_found() {
    let (story, failure) = found(Broken::LosesEntries);
    assert!(failure.what.contains("not what the log has"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_device_that_keeps_no_entries_is_found() {
    let (story, failure) = found(Broken::KeepsNoEntries);
    assert!(failure.what.contains("a device holds"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_device_that_forgets_what_it_shared_is_found() {
    let (story, failure) = found(Broken::ForgetsOwnEdits);
    assert!(failure.what.contains("told is shared is not in the log"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_restored_server_that_waits_for_nobody_is_found() {
    let (story, failure) = found(Broken::WaitsForNobody);
    assert!(failure.what.contains("a device holds"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_server_that_forgets_withdrawals_is_found() {
    let (story, failure) = found(Broken::ForgetsWithdrawals);
    assert!(failure.what.contains("may not read") || failure.what.contains("at rest a device is"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_server_that_forgets_whom_it_let_in_is_found() {
    let (story, failure) = found(Broken::ForgetsSignIns);
    assert!(failure.what.contains("by the phone that is sent away"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_server_that_takes_a_code_twice_is_found() {
    let (story, failure) = found(Broken::TakesCodesTwice);
    assert!(failure.what.contains("was used by") || failure.what.contains("has listened"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_server_that_takes_a_lost_answer_for_theft_is_found() {
    let (story, failure) = found(Broken::TakesLostForStolen);
    assert!(failure.what.contains("nobody has ended its sign-in"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn two_phones_that_are_one_device_are_found() {
    let (story, failure) = found(Broken::CopiesAreOne);
    assert!(failure.what.contains("is still the device"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_server_that_forgets_what_an_edit_was_made_on_is_found() {
    let (story, failure) = found(Broken::ForgetsBases);
    assert!(failure.what.contains("is lost, and nobody saw it"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}

#[test]
fn a_server_that_lets_in_what_was_declined_is_found() {
    let (story, failure) = found(Broken::LetsEverythingIn);
    assert!(failure.what.contains("nobody let it in"), "{failure}");
    assert!(story.steps.len() <= READABLE, "{} steps", story.steps.len());
}
