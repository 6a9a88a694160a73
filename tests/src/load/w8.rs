//! W8, a long document: what one edit costs the server where there were thousands before it, beside where there were few.

use std::time::Duration;

use super::content::{IDEAS, Ideas};
use super::floor::automerge;
use super::people::{create_space, join};
use super::process::say;
use super::server::Server;
use super::thin::Thin;
use super::{Figure, Outcome, Settings};

pub(crate) async fn run(settings: &Settings) -> Outcome<Vec<Figure>> {
    let sizes = &settings.sizes;
    say(&format!("w8: {} edits on documents of {IDEAS} and of {} entries", sizes.single_edits, sizes.history));
    let server = Server::start(settings)?;
    let short = edit_us(&server, IDEAS, sizes.single_edits).await?;
    let long = edit_us(&server, sizes.history, sizes.single_edits).await?;
    let short_floor = automerge::measure(0, sizes.single_edits, Duration::ZERO)?.execute_us;
    let long_floor = automerge::measure(sizes.history, sizes.single_edits, Duration::ZERO)?.execute_us;
    let figure = |key, what, value, unit| Figure::new("w8", key, what, value, unit);
    let alone = "Automerge: an edit at given heads";
    let growth = if short > 0.0 { long / short } else { 0.0 };
    Ok(vec![
        figure("short", "server CPU for an edit, few entries", short, "us").over(alone, short_floor),
        figure("long", "server CPU for an edit, many entries", long, "us").over(alone, long_floor),
        figure("growth", "many entries, in times few", growth, "")
            .over("Automerge's own growth", long_floor / short_floor.max(0.001)),
    ])
}

/// The server's processor time for one edit after another, each behind the answer to the one before, in microseconds.
async fn edit_us(server: &Server, history: usize, edits: usize) -> Outcome<f64> {
    let professional = server.professional()?;
    let space = create_space(&server.api, &professional)?;
    let client = join(&server.api, &professional, space, "client")?;
    let mut phone = Thin::connect(server.api.address(), &client.token, space.circle, None).await?;
    phone.catch_up().await?;
    let mut ideas = Ideas::new(IDEAS);
    phone.propose(&ideas).await?;
    phone.edit_up_to(history, &mut ideas).await?;
    let before = server.sample()?;
    for number in 1..=edits {
        phone.edit_up_to(IDEAS.max(history) + number, &mut ideas).await?;
    }
    let cpu = server.sample()?.cpu_since(&before);
    phone.close().await;
    Ok(cpu * 1e6 / edits.max(1) as f64)
}
