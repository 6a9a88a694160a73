use crate::suggestion::suggestion_answers;

suggestion_answers! {
    /// Says yes to a suggestion: what somebody suggested is done, as the client's own edit.
    AcceptSuggestion = "accept_suggestion", Writes;
    /// Says no to a suggestion; no reason is asked.
    DeclineSuggestion = "decline_suggestion";
}
