//! The real phone opens what is left, and everything it had told is so.

use std::collections::BTreeMap;
use std::path::Path;

use kring_client::{Edit, EditState, Kring, Options};
use kring_domain::{CommandId, DocumentId};
use kring_tests::outside::file_with;
use serde_json::json;

use super::{ANNA, BRAM, Promise};

/// Opens a file that is whole, or none that can be missed.
pub(super) fn open(left: &Path, file: &str) -> Result<Kring, String> {
    Kring::open(left.join(file), Options::default()).map_err(|error| format!("{file} does not open: {error}"))
}

/// Looks at what is left in a directory, with whatever must be so; where asked, has the phone sync.
pub(super) fn check(left: &Path, promises: &[&Promise], with_sync: bool) -> Result<(), String> {
    // Before anything is opened: somebody may read the phone's memory.
    for promise in promises {
        if let Promise::Erased { word, .. } = promise
            && let Some(file) = file_with(left, word)
        {
            return Err(format!("{word} was erased, and is in {file}"));
        }
    }
    [ANNA, BRAM].into_iter().try_for_each(|file| {
        let mut its = promises.iter().filter(|promise| promise.file() == file).peekable();
        if its.peek().is_some() {
            // Beside a file that was once made stands a mark that says so, and SQLite knows nothing of it.
            std::fs::write(left.join(format!("{file}-made")), b"").expect("there is room for a mark");
        }
        let kring = open(left, file)?;
        let checked = promises
            .iter()
            .filter(|promise| promise.file() == file)
            .try_fold(BTreeMap::new(), |mut edits, promise| is_so(&kring, promise, &mut edits).map(|()| edits));
        checked?;
        if with_sync && kring.identity().is_signed_in {
            syncs(&kring, file)?;
        }
        goes_on(&kring, file)?;
        kring.close();
        Ok(())
    })
}

type Edits = BTreeMap<DocumentId, BTreeMap<CommandId, EditState>>;

fn is_so(kring: &Kring, promise: &Promise, edits: &mut Edits) -> Result<(), String> {
    match promise {
        Promise::Space { file, space } => {
            let spaces = kring.spaces().map_err(|error| error.to_string())?;
            let is_there = spaces.iter().any(|there| there.id == *space);
            is_there.then_some(()).ok_or_else(|| format!("{file}: space {space} is not there"))
        }
        Promise::SignedIn { file } => {
            let is_signed_in = kring.identity().is_signed_in;
            is_signed_in.then_some(()).ok_or_else(|| format!("{file}: its person is not signed in any more"))
        }
        Promise::Saved { file, document, edit } => match state(kring, *document, *edit, edits)? {
            Some(_) => Ok(()),
            None => Err(format!("{file}: edit {edit} was saved, and is not there")),
        },
        Promise::Ended { file, document, edit, state: told } => match state(kring, *document, *edit, edits)? {
            Some(state) if state == *told => Ok(()),
            state => Err(format!("{file}: edit {edit} was {told:?}, and is {state:?}")),
        },
        Promise::Erased { .. } => Ok(()),
    }
}

fn state(kring: &Kring, document: DocumentId, edit: CommandId, edits: &mut Edits) -> Result<Option<EditState>, String> {
    if let Some(known) = edits.get(&document) {
        return Ok(known.get(&edit).cloned());
    }
    let listed: Vec<Edit> = kring.edits(document).map_err(|error| error.to_string())?;
    let known = edits.entry(document).or_default();
    known.extend(listed.into_iter().map(|edit| (edit.id, edit.state)));
    Ok(known.get(&edit).cloned())
}

/// It finds its way back: the server has long had some of what it is sent, and takes it once.
fn syncs(kring: &Kring, file: &str) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let synced = runtime.block_on(kring.sync_once()).map_err(|error| format!("{file} does not sync: {error}"))?;
    let not_accepted = kring.not_accepted().map_err(|error| error.to_string())?;
    match (synced.waiting, not_accepted.len()) {
        (0, 0) => Ok(()),
        (waiting, refused) => Err(format!("{file}: after a sync {waiting} edits wait and {refused} are not accepted")),
    }
}

/// It takes new work, and every document can be read.
fn goes_on(kring: &Kring, file: &str) -> Result<(), String> {
    let failed = |error: kring_client::ClientError| format!("{file}: {error}");
    let space = kring.create_space("na de stroomstoring").map_err(failed)?;
    for space in kring.spaces().map_err(failed)? {
        for document in kring.documents(space.id) {
            kring.read_json(document.id).map_err(failed)?;
        }
    }
    let plan = kring.documents(space).into_iter().find(|document| document.kind.name() == "plan").ok_or("no plan")?;
    let goal = json!({"type": "add_goal", "goal_id": kring_tests::outside::id(), "text": "verder"});
    kring.submit_json(plan.id, &goal.to_string()).map(drop).map_err(failed)
}

impl Promise {
    fn file(&self) -> &'static str {
        match self {
            Self::Space { file, .. }
            | Self::Saved { file, .. }
            | Self::Ended { file, .. }
            | Self::SignedIn { file }
            | Self::Erased { file, .. } => file,
        }
    }
}
