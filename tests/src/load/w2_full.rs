//! W2 with the real client: the phones' own work, their disks included, is on the same processors.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinSet, spawn_blocking};

use super::content::{IDEAS, Ideas};
use super::floor::automerge;
use super::full::Full;
use super::parallel::parallel;
use super::people::{create_space, invite, role};
use super::process::{Sample, say};
use super::server::Server;
use super::{Failure, Figure, Outcome, Settings};

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let sizes = &settings.sizes;
    let documents = sizes.full_documents;
    let phones = sizes.phones;
    say(&format!("w2: {documents} documents, {phones} full phones each, {} edits each", sizes.edits_each));
    let alone = automerge::measure(0, sizes.edits, Duration::ZERO)?;
    let server = Server::start(settings)?;
    let professional = server.professional()?;
    let invited = parallel(documents, |_| {
        let space = create_space(&server.api, &professional)?;
        let codes = (0..phones).map(|number| invite(&server.api, &professional, space, role(number)));
        Ok::<_, Failure>((space, codes.collect::<Outcome<Vec<_>>>()?))
    })?;
    let own = IDEAS / phones.max(1);
    let mut ready = Vec::new();
    for (space, codes) in invited {
        for code in codes {
            let phone = Full::sign_in(settings, &server.api.url(), &code, space.circle).await?;
            let ideas = Ideas::new(own);
            for command in ideas.propose() {
                phone.submit(command)?;
            }
            ready.push((Arc::new(phone), ideas));
        }
    }
    let seeded = own * phones;
    for (phone, _) in &ready {
        phone.until_shared(seeded as u64).await?;
    }
    let began = Instant::now();
    let before = server.sample()?;
    let own_before = Sample::own()?;
    let each = sizes.edits_each;
    let all = seeded + sizes.edits_each * phones;
    let mut working = JoinSet::new();
    for (phone, mut ideas) in ready {
        working.spawn(async move {
            let writing = phone.clone();
            let write = move || (0..each).try_for_each(|_| writing.submit(ideas.edit()).map(drop));
            spawn_blocking(write).await??;
            phone.until_shared(all as u64).await?;
            Ok::<_, Failure>(phone)
        });
    }
    let mut done = Vec::new();
    while let Some(phone) = working.join_next().await {
        done.push(phone??);
    }
    let took = began.elapsed().as_secs_f64();
    let after = server.sample()?;
    let own_after = Sample::own()?;
    let edits = (documents * phones * each) as f64;
    let figure = |key, what, value, unit| Figure::new("w2", key, what, value, unit);
    let per_edit = |seconds: f64| seconds * 1e6 / edits;
    Ok(vec![
        figure("full.rate", "full phones: admitted a second until all have all", edits / took, "1/s"),
        figure("full.cpu", "full phones: server CPU per admitted command", per_edit(after.cpu_since(&before)), "us")
            .over("Automerge: an edit at given heads", alone.execute_us),
        figure("full.own", "full phones: all phones' CPU per edit", per_edit(own_after.cpu_since(&own_before)), "us"),
    ])
}
