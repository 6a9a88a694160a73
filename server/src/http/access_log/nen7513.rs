//! A line with the fields of NEN 7513, named as in the Dutch extension for logging by that norm.
//!
//! The codes are those of the audit messages that the norm builds on (DICOM PS3.15 and RFC 3881); the purposes of use
//! those of HL7.

use kring_domain::{PersonId, Role, SpaceId};
use serde_json::{Value, json};

use crate::accounts::access_log::{Action, AuditRow, Outcome};

/// What all lines of one log have in common.
pub(crate) struct AuditContext {
    /// How people reach the server.
    pub(crate) site: String,
    /// The space; `None` in the log of the server.
    pub(crate) space: Option<SpaceId>,
    /// The client and their name, where one has joined.
    pub(crate) client: Option<(PersonId, String)>,
}

impl AuditContext {
    /// The event that a line tells of.
    pub(crate) fn event(&self, line: &AuditRow) -> Value {
        let action = Action::from_name(&line.action);
        let (id, code) = action.map_or(("110100", "E"), codes);
        json!({
            "EventID": id,
            "EventActionCode": code,
            "EventDateTime": line.at,
            "EventOutcomeIndicator": if line.outcome == Outcome::Done.name() { 0 } else { 4 },
            "eventTypeCode": line.action,
            "users": [user(line)],
            "participants": self.participants(line),
            "source": {
                "AuditEnterpriseSiteID": self.site,
                "AuditSourceId": concat!("kring ", env!("CARGO_PKG_VERSION")),
                // 1: a device somebody looks at; 4: a server.
                "AuditSourceTypeCode": if action == Some(Action::ReadOnDevice) { 1 } else { 4 },
            },
        })
    }

    fn participants(&self, line: &AuditRow) -> Vec<Value> {
        let action = line.action.as_str();
        let client = self.client.as_ref().map(|(id, name)| {
            // A person, in the role of the patient.
            participant(1, 1, 2, id.to_string(), Some(name.clone()), None)
        });
        let space =
            self.space.filter(|_| client.is_none()).map(|id| participant(2, 24, 12, id.to_string(), None, None));
        let document = line.document.map(|id| {
            let name = line.kind.map(|kind| kind.to_string());
            participant(2, 3, 12, id.to_string(), name, Some(life_cycle(action)))
        });
        let about = line.about.map(|id| participant(1, 11, 11, id.to_string(), None, None));
        let mut all: Vec<Value> = client.into_iter().chain(space).chain(document).chain(about).collect();
        if let (Some(detail), Some(last)) = (&line.detail, all.last_mut()) {
            last["participantObjectDetail"] = json!([{"type": "detail", "value": detail}]);
        }
        all
    }
}

fn user(line: &AuditRow) -> Value {
    let (kind, point) = match (&line.device, &line.from) {
        // 1: a machine, by its name; 2: an address, here of a network.
        (Some(device), _) => (Some(1), Some(device.to_string())),
        (None, Some(network)) => (Some(2), Some(network.clone())),
        (None, None) => (None, None),
    };
    json!({
        "userID": line.person,
        "userName": line.name,
        "userIsRequestor": true,
        "roleIDCode": line.role,
        "purposeOfUse": purpose(line.role),
        "networkAccessPointTypeCode": kind,
        "networkAccessPointID": point,
    })
}

fn participant(kind: u8, role: u8, id_type: u8, id: String, name: Option<String>, cycle: Option<u8>) -> Value {
    json!({
        "participantObjectTypeCode": kind,
        "participantObjectTypeCodeRole": role,
        "participantObjectDataLifeCycle": cycle,
        "participantObjectIDTypeCode": id_type,
        "participantObjectID": id,
        "participantObjectName": name,
    })
}

/// Returns what kind of event it is, and whether it creates, reads, updates, deletes or executes.
const fn codes(action: Action) -> (&'static str, &'static str) {
    const RECORD: &str = "110110";
    const SECURITY: &str = "110113";
    match action {
        Action::Created => (RECORD, "C"),
        Action::Read | Action::ReadOnDevice | Action::Received | Action::Status => (RECORD, "R"),
        Action::Wrote => (RECORD, "U"),
        Action::Erased => (RECORD, "D"),
        Action::Exported => ("110106", "R"),
        Action::ReadLog => ("110101", "R"),
        Action::Invited | Action::InvitedBack | Action::Joined | Action::CameBack => (SECURITY, "C"),
        Action::ChangedRights | Action::RotatedKeys => (SECURITY, "U"),
        Action::Removed | Action::Left | Action::RevokedDevice => (SECURITY, "D"),
        Action::BrokenReadLog => (SECURITY, "E"),
        Action::SignedIn => ("110114", "E"),
        Action::BackedUp | Action::Restored => ("110100", "E"),
    }
}

/// Returns where in its life the data is: made, used, changed, taken out or destroyed.
fn life_cycle(action: &str) -> u8 {
    match Action::from_name(action) {
        Some(Action::Created) => 1,
        Some(Action::Wrote | Action::ChangedRights) => 3,
        Some(Action::Exported) => 10,
        Some(Action::Erased) => 14,
        _ => 6,
    }
}

/// Returns what somebody is there for.
fn purpose(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Client | Role::Representative) => "PATRQT",
        Some(Role::Member | Role::Carer) => "SUPNWK",
        Some(_) => "CAREMGT",
        None => "SYSADMN",
    }
}
