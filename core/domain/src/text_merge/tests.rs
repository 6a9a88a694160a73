use super::*;

mod words_of_people;

/// Merges in both orders and compares what shows, and what is kept, with what is expected.
fn check(base: &str, present: &str, wanted: &str, expected: &str) {
    for (present, wanted) in [(present, wanted), (wanted, present)] {
        let merged = merge(base, present, wanted);
        assert_eq!(merged.conflict, None, "{base}: {present} | {wanted} → {merged:?}");
        assert_eq!(merged.text, expected, "{base}: {present} | {wanted}");
    }
}

/// Merges in both orders: the wanted text shows, the present one is kept.
fn check_conflict(base: &str, one: &str, other: &str) {
    for (present, wanted) in [(one, other), (other, one)] {
        let merged = merge(base, present, wanted);
        assert_eq!(merged, Merged { text: wanted.to_owned(), conflict: Some(present.to_owned()) }, "{base}");
    }
}

#[test]
fn different_replacements_of_the_same_words_conflict() {
    for (base, one, other) in [
        ("koffie of thee", "koffie", "thee"),
        ("ja nee", "ja", "nee"),
        ("bellen of appen", "bellen", "appen"),
        ("bel Jan of Piet", "bel Jan", "bel Piet"),
        ("maandag", "dinsdag", "donderdag"),
        ("om 10:00", "om 11:30", "om 14:00"),
        ("op 12-03-2026", "op 13-03-2026", "op 12-04-2026"),
        ("op 2026-03-12 samen", "op 2026-03-13 samen", "op 2026-04-12 samen"),
        ("op 12 maart", "op 13 maart", "op 12 april"),
        ("12 Mart 2026", "13 Mart 2026", "12 Mart 2027"),
        ("kost 1.250,50", "kost 1.350,50", "kost 1.250,75"),
        ("kost € 10", "kost € 15", "kost $ 10"),
        ("om 10.30 uur", "om 10.45 uur", "om 11.30 uur"),
        ("Bel 06 12 34 56 78", "Bel 06 12 34 56 79", "Bel 06 22 34 56 78"),
        ("Bel +31 6-1234 5678", "Bel +31 6-1234 5679", "Bel +32 6-1234 5678"),
        ("Bel (010) 123 45 67", "Bel (010) 123 45 68", "Bel (020) 123 45 67"),
        ("naar 1234 AB", "naar 1235 AB", "naar 1234 AC"),
        ("NL91 ABNA 0417 1643 00", "NL91 ABNA 0417 1643 01", "NL92 ABNA 0417 1643 00"),
        ("mail jan@kring.nl", "mail jan@kring.org", "mail piet@kring.nl"),
        ("zie https://kring.nl/a?b=1", "zie https://kring.nl/a?b=2", "zie https://kring.nl/c?b=1"),
        ("met O'Brien", "met O'Neill", "met McBrien"),
        ("foto's kijken", "video's kijken", "foto kijken"),
        ("een e-mailadres", "een webadres", "een e-mailbericht"),
        ("👩‍👩‍👧 samen", "👨‍👩‍👧 samen", "👩‍👩‍👦 samen"),
        ("🇳🇱 vlag", "🇹🇷 vlag", "🇧🇪 vlag"),
        ("👍🏽", "👍🏿", "👎🏽"),
        ("1️⃣ eerst", "2️⃣ eerst", "3️⃣ eerst"),
        ("İstanbul'a gidelim", "Ankara'ya gidelim", "İzmir'e gidelim"),
        ("نلتقي يوم الاثنين", "نلتقي يوم الثلاثاء", "نلتقي يوم الخميس"),
        ("今天见", "明天见", "后天见"),
    ] {
        check_conflict(base, one, other);
    }
}

#[test]
fn edits_of_different_words_all_stay() {
    for (base, one, other, expected) in [
        ("een kaart", "een mooie kaart", "een kaart naar Dennis", "een mooie kaart naar Dennis"),
        ("rode fiets", "blauwe fiets", "rode auto", "blauwe auto"),
        ("Naar de mrkt", "Naar de markt", "Naar de mrkt op zaterdag", "Naar de markt op zaterdag"),
        (
            "Samen eten bij Henk om 18:00",
            "Samen koken bij Henk om 18:00",
            "Samen eten bij Henk om 19:00",
            "Samen koken bij Henk om 19:00",
        ),
        ("Komt Jan mee?", "Komt Piet mee?", "Komt Jan mee!", "Komt Piet mee!"),
        ("Ik ga niet mee naar huis", "Ik ga mee naar huis", "Ik ga niet mee naar Henk", "Ik ga mee naar Henk"),
        ("Yarın çay içelim", "Bugün çay içelim", "Yarın kahve içelim", "Bugün kahve içelim"),
        ("نشرب القهوة غدا", "نشرب الشاي غدا", "نشرب القهوة اليوم", "نشرب الشاي اليوم"),
        (
            "Bellen met 06 12 34 56 78",
            "Appen met 06 12 34 56 78",
            "Bellen met 06 87 65 43 21",
            "Appen met 06 87 65 43 21",
        ),
        ("🎉 feest bij Ria", "🎂 feest bij Ria", "🎉 feest bij Emine", "🎂 feest bij Emine"),
    ] {
        check(base, one, other, expected);
    }
}

#[test]
fn equal_edits_count_once() {
    for (base, one, other, expected) in [
        ("Samen eten", "Samen wandelen", "Samen wandelen", "Samen wandelen"),
        ("Naar de mrkt", "Naar de markt", "Naar de markt", "Naar de markt"),
        ("Naar de mrkt", "Naar de markt", "Naar de markt op zaterdag", "Naar de markt op zaterdag"),
        ("Samen eten", "Samen buiten eten", "Samen lekker buiten eten", "Samen lekker buiten eten"),
        ("Samen eten", "Samen eten om tien uur", "Samen eten om tien uur bij Henk", "Samen eten om tien uur bij Henk"),
        ("koffie of thee", "koffie of", "koffie", "koffie"),
        ("maandag", "dinsdag", "dinsdag avond", "dinsdag avond"),
        ("a b c d", "a x c y", "a x c d", "a x c y"),
    ] {
        check(base, one, other, expected);
    }
}

#[test]
fn what_both_insert_at_one_spot_stands_side_by_side() {
    let merged = merge("Samen eten", "Samen lekker eten", "Samen buiten eten");
    assert_eq!(merged, Merged::agreed("Samen lekker buiten eten"));
    let merged = merge("Samen eten", "Samen eten morgen", "Samen eten bij Henk");
    assert_eq!(merged, Merged::agreed("Samen eten morgen bij Henk"));
    let merged = merge("feest", "feest 🎉", "feest 🎂");
    assert_eq!(merged, Merged::agreed("feest 🎉 🎂"));
    assert_eq!(merge("Samen eten", "Samen eten.", "Samen eten morgen").text, "Samen eten morgen.");
    check_conflict("koffie", "koffie om 10:00", "koffie om 14:00");
}

#[test]
fn what_is_added_to_words_that_went_is_a_question() {
    check_conflict("koffie of thee", "koffie", "koffie of thee met melk");
    check_conflict("Samen eten", "Samen", "Samen lekker eten");
}

#[test]
fn a_conflict_keeps_the_other_edits_of_both() {
    let merged = merge("maandag om 10:00 koffie", "dinsdag om 10:00 thee", "donderdag om 10:00 koffie");
    assert_eq!(merged.text, "donderdag om 10:00 thee");
    assert_eq!(merged.conflict.as_deref(), Some("dinsdag om 10:00 thee"));
}

#[test]
fn a_merge_is_never_longer_than_a_text_may_be() {
    let base = "woord ".repeat(300);
    let present = format!("{} {base}", "voor ".repeat(30));
    let wanted = format!("{base} {}", "achter ".repeat(25));
    let merged = merge(base.trim(), present.trim(), wanted.trim());
    assert_eq!(merged, Merged { text: wanted.trim().to_owned(), conflict: Some(present.trim().to_owned()) });
}

#[test]
fn splices_are_small_and_lead_from_one_text_to_the_other() {
    let splices = splices("Naar de mrkt op zaterdag", "Naar de markt op zondag");
    let expected = [(16, 8, "zondag"), (8, 4, "markt")];
    let expected: Vec<Splice> = expected
        .iter()
        .map(|(at, delete, insert)| Splice { at: *at, delete: *delete, insert: (*insert).to_owned() })
        .collect();
    assert_eq!(splices, expected);
}

/// Replacing all letters took 150 ms, fifteen times as much as any other command.
#[test]
fn texts_that_are_far_apart_are_replaced_whole() {
    let random = |seed: u64| -> String {
        let letter = |number: u64| (number * 7919 + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 63;
        (0..1000).map(|number| if letter(number) == 0 { "a " } else { "b " }).collect()
    };
    let marks = |marks: [&str; 2]| (0..2000usize).map(|number| marks[number * number / 3 % 2]).collect::<String>();
    for (from, to) in
        [(random(1), random(2)), (marks([".", "!"]), marks(["!", "?"])), (" ".repeat(2000), "! ".repeat(1000))]
    {
        let to = format!("x{to}y");
        let changes = splices(&from, &to);
        assert_eq!(changes.len(), 1, "{} characters", from.len());
        assert_eq!(changes[0].insert, to);
    }
    // A long text with a few edits is still compared.
    let prose = "samen naar de markt en terug ".repeat(65);
    let edited = prose.replacen("markt", "winkel", 1).replacen("terug", "verder", 2);
    assert_eq!(splices(&prose, &edited).len(), 3);
}
