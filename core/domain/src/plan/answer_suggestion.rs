use crate::suggestion::suggestion_answers;

suggestion_answers! {
    /// Says yes to a suggestion about the plan: what somebody suggested is done, as the client's own edit.
    AcceptPlanSuggestion = "accept_plan_suggestion", Writes;
    /// Says no to a suggestion about the plan; no reason is asked.
    DeclinePlanSuggestion = "decline_plan_suggestion";
}
