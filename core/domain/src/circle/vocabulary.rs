//! The open lists of words in the commands of a circle: an idea may carry any other word as well.

use crate::words::open_words;

open_words! {
    /// The twelve strategies to make a network larger.
    STRATEGIES = "strategy" {
        "use_daily_environment": "kijken waar ik elke dag kom", "look where I come every day";
        "use_existing_network": "vragen aan mensen die ik ken", "ask people I know";
        "use_own_network": "mensen die de begeleider kent", "people the professional knows";
        "look_at_neighbourhood": "in de wijk kijken", "look around the neighbourhood";
        "create_meeting_point": "een plek in de wijk maken", "make a place in the neighbourhood";
        "recruit_volunteers": "een vrijwilliger zoeken", "find a volunteer";
        "client_as_volunteer": "zelf vrijwilliger zijn", "be a volunteer myself";
        "client_creates_work": "zelf werk bedenken", "make work of my own";
        "appoint_bridge_builder": "iemand die mensen verbindt", "somebody who connects people";
        "set_up_support_circle": "een steuncirkel maken", "make a support circle";
        "set_up_circle_of_friends": "een vriendenkring maken", "make a circle of friends";
        "join_association": "bij een club gaan", "join a club";
    }
    /// The seven activities for the network that is there.
    ACTIVITIES = "activity" {
        "revive_contact": "een oud contact weer opzoeken", "look up an old contact";
        "use_shared_interests": "doen wat je samen leuk vindt", "do what you both like";
        "discuss_disturbance": "praten over wat stroef gaat", "talk about what is difficult";
        "remove_obstacles": "iets lastigs oplossen", "solve what is in the way";
        "quality_over_quantity": "liever goed dan veel", "rather good than many";
        "deepen_contact": "elkaar beter leren kennen", "get to know each other better";
        "invest_in_upkeep": "meer doen om contact te houden", "do more to keep in touch";
    }
}
