//! The fields of commands in words, for sentences that ask to look at one again.

use crate::Language;

/// The words for a field as the sender wrote it, such as `gives[0]`; `None` for one that no command has.
pub(crate) fn label(field: &str, language: Language) -> Option<&'static str> {
    let name = field.split(['.', '[']).next().unwrap_or_default();
    let of = |dutch, english| Some(language.pick(dutch, english));
    match name {
        "name" => of("de naam", "the name"),
        "title" => of("de titel", "the title"),
        "text" | "what" | "question" | "purpose" | "script" | "subject" => of("de tekst", "the text"),
        "part" | "client_part" => of("wie wat doet", "the part"),
        "due" | "last_contact" | "when" => of("de datum", "the date"),
        "known_since" => of("het jaar", "the year"),
        "ring" | "desired_ring" => of("de ring", "the ring"),
        "quadrant" => of("het vak", "the quarter"),
        "relation" => of("de relatie", "the relation"),
        "frequency_per_year" => of("hoe vaak", "how often"),
        "initiator" => of("wie begint", "who begins"),
        "gives" => of("wat je geeft", "what is given"),
        "receives" => of("wat je krijgt", "what is received"),
        "status" | "state" => of("hoe het gaat", "how it goes"),
        "wish" => of("de wens", "the wish"),
        "place" => of("de plek", "the place"),
        "does" => of("wat jullie doen", "what you do together"),
        "minor" => of("kind of niet", "child or not"),
        "label" => of("het moment", "the moment"),
        "complexity" => of("hoe moeilijk het is", "how hard it is"),
        "fits" => of("waar het bij past", "what it fits"),
        "strategy" => of("de manier", "the way"),
        "activity" => of("de activiteit", "the activity"),
        "goal_type" => of("het soort doel", "the kind of goal"),
        "setting" => of("waar je het doet", "where you do it"),
        "company" => of("met wie je het doet", "the company"),
        "support" => of("de hulp", "the support"),
        "well" => of("wat goed ging", "what went well"),
        "less" => of("wat minder ging", "what went less well"),
        "learned" => of("wat je leerde", "what you learned"),
        "next" => of("hoe het verder gaat", "what comes next"),
        "mood" => of("hoe je je voelt", "how you feel"),
        "gas" => of("het cijfer", "the score"),
        "right" => of("het recht", "the right"),
        "helpfulness" => of("hoe goed het helpt", "how it helps"),
        "dare_before" | "dare_after" => of("hoeveel je durft", "how much you dare"),
        "reason_shy" => of("de reden", "the reason"),
        "role" => of("de rol", "the role"),
        "compartment" => of("wat iemand mag zien", "what somebody may see"),
        "text_version" | "language_level" => of("de uitleg", "the explanation"),
        "contact_id" | "a" | "b" | "person_id" => of("de persoon", "the person"),
        "action_id" | "action_ids" => of("de actie", "the action"),
        "step_id" | "step_ids" => of("de stap", "the step"),
        "goal_id" => of("het doel", "the goal"),
        "idea_id" => of("het idee", "the idea"),
        "offer_id" => of("het aanbod", "the offer"),
        "message_id" => of("het bericht", "the message"),
        "note_id" => of("de notitie", "the note"),
        "ask_id" => of("de vraag", "the question"),
        "session_id" => of("de besloten tijd", "the private time"),
        "snapshot_id" => of("de bewaarde kaart", "the kept map"),
        "suggestion_id" => of("het voorstel", "the suggestion"),
        "evaluation_id" => of("het terugkijken", "the look back"),
        "consent_id" => of("de toestemming", "the consent"),
        "contacts" => of("de mensen", "the people"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Command;

    #[test]
    fn every_field_of_every_command_has_words() {
        for command in Command::descriptions() {
            let schema = serde_json::to_value(&command.schema).unwrap();
            for field in schema["properties"].as_object().unwrap().keys().filter(|field| *field != "type") {
                for language in [Language::Dutch, Language::English] {
                    let words = label(field, language);
                    assert!(words.is_some_and(|words| words.split(' ').count() <= 5), "{}: {field}", command.name);
                }
            }
        }
    }

    #[test]
    fn a_path_is_known_by_its_first_name() {
        assert_eq!(label("gives[0]", Language::Dutch), Some("wat je geeft"));
        assert_eq!(label("command", Language::Dutch), None);
        assert_eq!(label("", Language::Dutch), None);
    }
}
