//! W2, fan-in: many phones edit as fast as they can, each edit a frame of its own, until every phone has every edit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Barrier;

use super::content::{IDEAS, Ideas};
use super::floor::automerge;
use super::floor::echo::Echo;
use super::parallel::parallel;
use super::people::{Space, create_space, join, role};
use super::process::{Sample, say};
use super::server::Server;
use super::thin::Thin;
use super::{Failure, Figure, Outcome, Settings};

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let sizes = &settings.sizes;
    let bare = Echo::start(settings)?.fan_in_per_second(sizes).await?;
    let alone = automerge::measure(0, sizes.edits, Duration::ZERO)?;
    say(&format!(
        "w2: {} documents, {} thin phones each, {} edits each",
        sizes.documents, sizes.phones, sizes.edits_each
    ));
    let server = Server::start(settings)?;
    let spaces = spaces(&server, sizes.documents, sizes.phones)?;
    let own = IDEAS / sizes.phones.max(1);
    let seeded = own * sizes.phones;
    let start = Arc::new(Barrier::new(sizes.documents * sizes.phones + 1));
    let mut phones = Vec::new();
    for (space, tokens) in spaces {
        for token in tokens {
            let mut phone = Thin::connect(server.api.address(), &token, space.circle, None).await?;
            phone.catch_up().await?;
            phones.push(tokio::spawn(edit(phone, own, seeded, settings.sizes.clone(), start.clone())));
        }
    }
    // A phone that fails before the start would leave the others waiting for it.
    let ready = tokio::time::timeout(super::thin::TIMEOUT, start.wait()).await;
    let began = Instant::now();
    let before = server.sample()?;
    let own_before = Sample::own()?;
    if ready.is_err() {
        for phone in phones.into_iter().filter(tokio::task::JoinHandle::is_finished) {
            phone.await??;
        }
        return Err("not all phones have the ideas".into());
    }
    for phone in phones {
        phone.await??;
    }
    let took = began.elapsed().as_secs_f64();
    let after = server.sample()?;
    let own_after = Sample::own()?;
    let edits = (sizes.documents * sizes.phones * sizes.edits_each) as f64;
    let figure = |key, what, value, unit| Figure::new("w2", key, what, value, unit);
    let per_edit = |seconds: f64| seconds * 1e6 / edits;
    Ok(vec![
        figure("thin.rate", "thin phones: admitted a second until all have all", edits / took, "1/s")
            .over("bare fan-out of the same messages", bare),
        figure("thin.cpu", "thin phones: server CPU per admitted command", per_edit(after.cpu_since(&before)), "us")
            .over("Automerge: an edit at given heads", alone.execute_us)
            .at_most_times(2.0),
        figure(
            "thin.own",
            "thin phones: the load's own CPU per edit",
            per_edit(own_after.cpu_since(&own_before)),
            "us",
        ),
        figure("peak", "server: most memory", after.peak_kib / 1024.0, "MiB"),
    ])
}

async fn edit(mut phone: Thin, own: usize, seeded: usize, sizes: super::Sizes, start: Arc<Barrier>) -> Outcome<()> {
    let mut ideas = Ideas::new(own);
    phone.submit(ideas.propose()).await?;
    phone.flush().await?;
    phone.until(seeded as u64, own).await?;
    let edits: Vec<_> = (0..sizes.edits_each).map(|_| ideas.edit()).collect();
    start.wait().await;
    for command in edits {
        phone.submit(vec![command]).await?;
    }
    phone.flush().await?;
    let all = seeded + sizes.edits_each * sizes.phones;
    phone.until(all as u64, own + sizes.edits_each).await?;
    phone.close().await;
    Ok(())
}

/// Spaces with a client and members, and everybody's token.
pub(crate) fn spaces(server: &Server, count: usize, phones: usize) -> Outcome<Vec<(Space, Vec<String>)>> {
    let professional = server.professional()?;
    let api = &server.api;
    parallel(count, |_| {
        let space = create_space(api, &professional)?;
        let tokens = (0..phones).map(|number| Ok(join(api, &professional, space, role(number))?.token));
        Ok::<_, Failure>((space, tokens.collect::<Outcome<_>>()?))
    })
}
