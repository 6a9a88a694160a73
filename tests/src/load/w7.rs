//! W7, a neighbour with much to do: one allowed request of costly edits, and what commands in other spaces wait meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kring_domain::CommandId;
use serde_json::{Value, json};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;
use uuid::Uuid;

use super::content::{IDEAS, Ideas};
use super::people::{Person, Space, create_space, join};
use super::process::say;
use super::server::Server;
use super::stats::{median, ms, percentile};
use super::thin::Thin;
use super::{Figure, Outcome, Settings};

/// The characters of each replacement: the most that a text may have.
const LETTERS: usize = 2_000;

/// The time between two edits of one phone.
const PAUSE: Duration = Duration::from_millis(20);

/// The time that the answer to the costly request may be waited for.
const ENDS: Duration = Duration::from_secs(100);

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let sizes = &settings.sizes;
    let server = Server::start(settings)?;
    let professional = server.professional()?;
    let busy = Busy::new(&server, &professional)?;
    let mut others = Vec::new();
    for _ in 0..sizes.others {
        others.push(Other::join(&server, &professional).await?);
    }
    say(&format!("w7: {} other spaces on a quiet server", sizes.others));
    let (others, quiet) = all_edit(others, sizes.others_edits, None).await?;
    say(&format!("w7: the same beside {} replacements of {LETTERS} characters in one request", sizes.replacements));
    let ended = Arc::new(AtomicBool::new(false));
    let request = busy.request(sizes.replacements);
    let ends = ended.clone();
    let before = server.sample()?;
    let began = Instant::now();
    let costly = spawn_blocking(move || {
        let answer = busy.send(&request);
        ends.store(true, Ordering::Release);
        answer.map(|()| ms(began.elapsed()))
    });
    let (_, beside) = all_edit(others, sizes.others_edits, Some(&ended)).await?;
    let took = costly.await??;
    let cpu = server.sample()?.cpu_since(&before);
    let figure = |key, what, value, unit| Figure::new("w7", key, what, value, unit);
    let quietly = "the same on a quiet server";
    Ok(vec![
        figure("p50", "other spaces beside the request: sent to answered, p50", median(&beside), "ms")
            .over(quietly, median(&quiet)),
        figure("p95", "other spaces beside the request: sent to answered, p95", percentile(&beside, 0.95), "ms")
            .over(quietly, percentile(&quiet, 0.95))
            .at_most(250.0),
        figure("took", "the request: sent to answered", took / 1000.0, "s"),
        figure("cpu", "server CPU for the request and the others meanwhile", cpu, "s"),
    ])
}

/// Has all edit, that often or until something has ended, whichever is later; how long each answer took.
async fn all_edit(
    others: Vec<Other>,
    count: usize,
    until: Option<&Arc<AtomicBool>>,
) -> Outcome<(Vec<Other>, Vec<f64>)> {
    let mut editing = JoinSet::new();
    for mut other in others {
        let until = until.cloned();
        editing.spawn(async move {
            let mut latencies = Vec::new();
            let began = Instant::now();
            let goes_on =
                || until.as_ref().is_some_and(|ended| !ended.load(Ordering::Acquire)) && began.elapsed() < ENDS;
            while latencies.len() < count || goes_on() {
                latencies.push(other.edit().await?);
                sleep(PAUSE).await;
            }
            Ok::<_, super::Failure>((other, latencies))
        });
    }
    let mut others = Vec::new();
    let mut latencies = Vec::new();
    while let Some(edited) = editing.join_next().await {
        let (other, took) = edited??;
        others.push(other);
        latencies.extend(took);
    }
    Ok((others, latencies))
}

/// A phone in a space of its own.
struct Other {
    phone: Thin,
    ideas: Ideas,
    /// The entries that the document has.
    entries: u64,
}

impl Other {
    async fn join(server: &Server, professional: &Person) -> Outcome<Self> {
        let space = create_space(&server.api, professional)?;
        let client = join(&server.api, professional, space, "client")?;
        let mut phone = Thin::connect(server.api.address(), &client.token, space.circle, None).await?;
        phone.catch_up().await?;
        let ideas = Ideas::new(IDEAS);
        phone.propose(&ideas).await?;
        Ok(Self { phone, ideas, entries: IDEAS as u64 })
    }

    /// Edits once; how long the answer took, in milliseconds.
    async fn edit(&mut self) -> Outcome<f64> {
        self.entries += 1;
        let began = Instant::now();
        self.phone.submit(vec![self.ideas.edit()]).await?;
        self.phone.flush().await?;
        self.phone.until(self.entries, usize::try_from(self.entries)?).await?;
        Ok(ms(began.elapsed()))
    }
}

/// Somebody with much to do.
struct Busy {
    api: super::http::Api,
    client: Person,
    space: Space,
}

impl Busy {
    fn new(server: &Server, professional: &Person) -> Outcome<Self> {
        let space = create_space(&server.api, professional)?;
        let client = join(&server.api, professional, space, "client")?;
        Ok(Self { api: server.api.clone(), client, space })
    }

    /// An idea, and its text replaced as a whole again and again.
    fn request(&self, count: usize) -> Value {
        let idea = Uuid::now_v7();
        let text = |number: usize| -> String {
            let letter = |place: usize| char::from(b'a' + u8::try_from((place * 7 + number * 11) % 26).unwrap_or(0));
            (0..LETTERS).map(letter).collect()
        };
        let command = |number: usize| {
            let kind = if number == 0 { "propose_idea" } else { "edit_idea" };
            let command = json!({"type": kind, "idea_id": idea, "text": text(number)});
            json!({"id": CommandId::new(Uuid::now_v7()), "command": command})
        };
        json!({"commands": (0..=count).map(command).collect::<Vec<_>>()})
    }

    fn send(&self, request: &Value) -> Outcome<()> {
        let path = format!("/v1/documents/{}/commands", self.space.circle);
        self.api.post(&path, Some(&self.client.token), request).map(drop)
    }
}
