//! The closed lists of words in the commands of a plan.

use crate::words::words;

words! {
    /// What a goal wants for a relationship or a role.
    GoalType {
        /// Keep it as it is.
        Keep = "keep",
        /// Make it closer.
        Deepen = "deepen",
        /// Bring it back to life.
        Revive = "revive",
        /// Make up after a quarrel.
        Repair = "repair",
        /// Have less to do with each other.
        Distance = "distance",
        /// End it.
        End = "end",
        /// Get to know somebody new.
        New = "new",
        /// Take up a role.
        Role = "role",
        /// Learn something.
        Skill = "skill",
    }

    /// Where an action takes place.
    Setting {
        /// Where everybody comes.
        Ordinary = "ordinary",
        /// Where only people with a need for support come.
        Special = "special",
    }

    /// With whom the client does an action.
    Company {
        /// On their own.
        Alone = "alone",
        /// With somebody who supports.
        WithSupporter = "with_supporter",
        /// Together with one other person.
        Pair = "pair",
        /// In a group.
        Group = "group",
    }

    /// How much of a part is taken off the client's hands; the rungs of a ladder down to none.
    Support {
        /// Somebody does it for the client.
        DoneFor = "done_for",
        /// They do it together.
        Together = "together",
        /// The client does it and is reminded.
        Reminded = "reminded",
        /// The client does it alone.
        Alone = "alone",
    }

    /// What follows on a look back.
    Next {
        /// Go on like this.
        Continue = "continue",
        /// Go on in another way.
        Adjust = "adjust",
        /// Stop.
        Stop = "stop",
        /// Do something new.
        New = "new",
    }

    /// A right of the client that can be delegated.
    Right {
        /// To start, stop and finish actions.
        StartAction = "start_action",
    }
}
