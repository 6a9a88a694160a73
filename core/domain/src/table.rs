//! The table of contents of the domain: every kind of document, the entities that its content lists, and the commands
//! about each. An entity is declared in its own file; one line here makes it part of everything else.

/// Hands the table to a macro that makes something of it.
///
/// `Kind = "name on the wire" => module, Content, labels { entities: Entity [commands about it], … }`, in the order in which people read it.
macro_rules! documents {
    ($then:ident) => {
        $then! {
            /// The network map: contacts, ties, placements and snapshots.
            Network = "network" => network, NetworkModel, "het netwerk", "the network" {
                /// The contacts on the map.
                contacts: Contact [AddContact, UpdateContact, PlaceContact, ArchiveContact, EraseContact, LinkMember,
                    UnlinkMember],
                /// The contacts that were put away.
                archived: ArchivedContact [],
                /// Who knows whom, between contacts on the map.
                ties: Tie [AddTie, RemoveTie],
                /// The contacts with one name that are known to be two people.
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                distinct: Distinct [DistinguishContacts],
                /// The map as it was at moments that were kept.
                snapshots: Snapshot [TakeSnapshot],
                /// Places that others suggested, answered ones included.
                suggestions: Suggestion [AcceptSuggestion, DeclineSuggestion],
                /// The contacts that were erased.
                erasures: ErasedContact [],
            }
            /// The action plan: goals, actions, steps and evaluations.
            Plan = "plan" => plan, PlanModel, "het actieplan", "the action plan" {
                /// What the client wants.
                goals: Goal [AddGoal, UpdateGoal],
                /// What is done about it.
                actions: Action [AddAction, UpdateAction, AddStep, ActivateAction, StopAction, FinishAction, RankActions,
                    TickStep, UntickStep, AssignPart, EvaluateAction],
                /// Who may use which right of the client; only what is in force.
                delegations: Delegation [DelegateRight, RevokeRight],
                /// What others suggested, answered suggestions included.
                suggestions: KeptSuggestion [AcceptPlanSuggestion, DeclinePlanSuggestion],
            }
            /// The support circle: ideas, hearts, offers and messages.
            Circle = "circle" => circle, CircleModel, "de steuncirkel", "the support circle" {
                /// The ideas of the brainstorm.
                ideas: Idea [ProposeIdea, EditIdea, WithdrawIdea, EraseIdea, HeartIdea, UnheartIdea, ChooseIdea, ParkIdea,
                    DeclineIdea],
                /// What people offer to do; offers that were taken back are left out.
                offers: Offer [MakeOffer, WithdrawOffer, EraseOffer],
                /// What people said to each other; messages that were taken back are left out.
                messages: Message [PostMessage, WithdrawMessage, EraseMessage],
                /// The ideas that were erased.
                erasures: ErasedIdea [],
            }
            /// What is the client's alone: notes, who helps and who does not, and what they would dare to ask.
            Private = "private" => private, PrivateModel, "‘Alleen voor mij’", "“Only for me”" {
                /// The notes, without those that were taken away.
                notes: PrivateNote [NotePrivately, EditPrivateNote, RemovePrivateNote],
                /// Who does the client good, by contact.
                helpfulness: Rating [RateHelpfulness],
                /// What the client would like to ask.
                asks: Ask [PlanAsk, AnswerAsk],
            }
            /// Private time: brainstorms of which the professionals' devices hold no byte.
            PrivateTime = "private_time" => private_time, PrivateTimeModel, "de besloten tijd", "the private time" {
                /// The brainstorms.
                sessions: Session [OpenPrivateTime, ClosePrivateTime],
                /// The ideas of all of them, without those that were taken back.
                ideas: PrivateIdea [ProposePrivately, WithdrawPrivateIdea, HeartPrivately, UnheartPrivately],
            }
            /// The professionals' work notes, which the client may look into.
            WorkNotes = "pronotes" => work_notes, WorkNotesModel, "de werkaantekeningen", "the working notes" {
                /// The notes.
                notes: WorkNote [WriteWorkNote, EditWorkNote],
            }
            /// Who may see what beyond their role: given, withdrawn, never changed.
            Consents = "consents" => consents, ConsentsModel, "de toestemmingen", "the consents" {
                /// Every consent and every look that was ever given, those that have ended included.
                consents: Consent [GiveConsent, WithdrawConsent, AskToLook],
                /// Consents that somebody suggested to the client, answered suggestions included.
                suggestions: KeptSuggestion [AcceptConsentSuggestion, DeclineConsentSuggestion],
            }
        }
    };
}

pub(crate) use documents;
