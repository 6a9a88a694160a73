use crate::suggestion::suggestion_answers;

suggestion_answers! {
    /// Says yes to a suggested consent: the client gives it.
    AcceptConsentSuggestion = "accept_consent_suggestion", ChangesRights;
    /// Says no to a suggested consent; no reason is asked.
    DeclineConsentSuggestion = "decline_consent_suggestion";
}
