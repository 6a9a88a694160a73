//! The closed lists of words in the commands of a plan.

use crate::words::{open_words, words};

words! {
    /// What a goal wants for a relationship or a role.
    GoalType in "goal_type" {
        /// Keep it as it is.
        Keep = "keep": "zo houden", "keep as it is";
        /// Make it closer.
        Deepen = "deepen": "dichterbij komen", "get closer";
        /// Bring it back to life.
        Revive = "revive": "weer contact", "in touch again";
        /// Make up after a quarrel.
        Repair = "repair": "goedmaken", "make up";
        /// Have less to do with each other.
        Distance = "distance": "meer afstand", "more distance";
        /// End it.
        End = "end": "stoppen", "end";
        /// Get to know somebody new.
        New = "new": "iemand leren kennen", "meet somebody new";
        /// Take up a role.
        Role = "role": "iets gaan doen voor anderen", "do something for others";
        /// Learn something.
        Skill = "skill": "iets leren", "learn something";
    }

    /// The location where an action takes place.
    Setting in "setting" {
        /// The location where everybody comes.
        Ordinary = "ordinary": "waar iedereen komt", "where everybody comes";
        /// The location where only people with a need for support come.
        Special = "special": "waar mensen hulp krijgen", "where people get support";
    }

    /// With whom the client does an action.
    Company in "company" {
        /// On their own.
        Alone = "alone": "alleen", "alone";
        /// With somebody who supports.
        WithSupporter = "with_supporter": "met een begeleider", "with a supporter";
        /// Together with one other person.
        Pair = "pair": "met één ander", "with one other";
        /// In a group.
        Group = "group": "in een groep", "in a group";
    }

    /// How much of a part is taken off the client's hands; the rungs of a ladder down to none.
    SupportLevel in "support_level" {
        /// Somebody does it for the client.
        DoneFor = "done_for": "een ander doet het", "somebody else does it";
        /// They do it together.
        Together = "together": "samen", "together";
        /// The client does it and is reminded.
        Reminded = "reminded": "zelf, met een seintje", "alone, with a reminder";
        /// The client does it alone.
        Alone = "alone": "helemaal zelf", "all alone";
    }

    /// What follows on a look back.
    Next in "next" {
        /// Go on like this.
        Continue = "continue": "zo doorgaan", "go on like this";
        /// Go on in another way.
        Adjust = "adjust": "anders doen", "do it differently";
        /// Stop.
        Stop = "stop": "stoppen", "stop";
        /// Do something new.
        New = "new": "iets nieuws doen", "do something new";
    }

    /// A right of the client that can be delegated.
    Right in "right" {
        /// To start, stop and finish actions.
        StartAction = "start_action": "acties starten, stoppen en afmaken", "start, stop and finish actions";
    }
}

open_words! {
    /// The states of an action. They follow from its events, so no command holds one.
    ACTION_STATES = "action_state" {
        "draft": "nog niet begonnen", "not started yet";
        "active": "mee bezig", "going on";
        "queued": "wacht nog even", "waits a little";
        "done": "klaar", "done";
        "stopped": "gestopt", "stopped";
    }
}
