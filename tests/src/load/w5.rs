//! W5, offline merge: a phone comes back with its edits; another device of the same person has made as many meanwhile.

mod day;

use std::sync::Arc;
use std::time::Instant;

use tokio::task::spawn_blocking;

use super::content::{IDEAS, Ideas};
use super::floor::automerge::offline_merge_ms;
use super::full::Full;
use super::people::{create_space, invite};
use super::process::say;
use super::relay::Relay;
use super::server::Server;
use super::stats::ms;
use super::{Figure, Outcome, Settings};

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let count = settings.sizes.offline;
    say(&format!("w5: {count} edits offline beside {count} by another device"));
    let alone = offline_merge_ms(count)?;
    let server = Server::start(settings)?;
    let professional = server.professional()?;
    let space = create_space(&server.api, &professional)?;
    let relay = Relay::start(server.api.address()).await?;

    let code = invite(&server.api, &professional, space, "client")?;
    let phone = Full::sign_in(settings, &format!("http://{}", relay.address), &code, space.circle).await?;
    let mut ideas = Ideas::new(IDEAS);
    for command in ideas.propose() {
        phone.submit(command)?;
    }
    phone.until_shared(IDEAS as u64).await?;
    let code = phone.kring.device_code().await?.code;
    let other = Arc::new(Full::sign_in(settings, &server.api.url(), &code, space.circle).await?);
    other.until(IDEAS as u64).await?;

    phone.kring.disconnect();
    let mut others_ideas = ideas.copy();
    let others_phone = other.clone();
    let online =
        spawn_blocking(move || (0..count).try_for_each(|_| others_phone.submit(others_ideas.edit()).map(drop)));
    let phone = Arc::new(phone);
    let writing = phone.clone();
    spawn_blocking(move || (0..count).try_for_each(|_| writing.submit(ideas.edit()).map(drop))).await??;
    online.await??;
    other.until_shared((IDEAS + count) as u64).await?;
    if phone.kring.waiting() != count {
        return Err(format!("{} of {count} edits wait on the phone", phone.kring.waiting()).into());
    }

    let before = server.sample()?;
    let down = relay.traffic.down();
    let up = relay.traffic.up();
    let all = (IDEAS + 2 * count) as u64;
    let began = Instant::now();
    phone.kring.connect()?;
    let others = other.clone();
    let others = tokio::spawn(async move {
        others.until_shared(all).await?;
        Ok::<_, super::Failure>(Instant::now())
    });
    phone.until((IDEAS + count) as u64).await?;
    let has_all = ms(began.elapsed());
    phone.until_shared(all).await?;
    let shared = ms(began.elapsed());
    let converged = shared.max(ms(others.await??.duration_since(began)));
    let after = server.sample()?;
    if phone.content()? != other.content()? {
        return Err("the two phones show different things".into());
    }
    let kib = |bytes: u64| bytes as f64 / 1024.0;
    let down = relay.traffic.down() - down;
    let up = relay.traffic.up() - up;
    // Down come the commands of both phones, and the answers to one's own.
    let down_each = down as f64 / (2 * count).max(1) as f64;
    let up_each = up as f64 / count.max(1) as f64;
    let day = day::run(settings).await?;
    let figure = |key, what, value, unit| Figure::new("w5", key, what, value, unit);
    let floor = "Automerge alone: execute there, apply here, a change each";
    let figures = vec![
        figure("has_all", "returning phone has what the other made", has_all, "ms"),
        figure("shared", "returning phone has all, its own admitted", shared, "ms").over(floor, alone),
        figure("converged", "both phones have and show the same", converged, "ms")
            .over(floor, alone)
            .at_most_times(0.5),
        figure("cpu", "server CPU for it", after.cpu_since(&before) * 1000.0, "ms"),
        figure("down", "bytes down to the returning phone", kib(down), "KiB"),
        figure("down.each", "bytes down for each command, answers included", down_each, "bytes").at_most(60.0),
        figure("up", "bytes up from the returning phone", kib(up), "KiB"),
        figure("up.each", "bytes up for each command", up_each, "bytes").at_most(60.0),
    ];
    Ok(figures.into_iter().chain(day).collect())
}
