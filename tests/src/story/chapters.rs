//! The chapters of the story, in their order.

mod again;
mod arriving;
mod brainstorm;
mod choosing;
mod closing;
mod hearts;
mod proof;
mod refused;
mod silence;
mod starting;
mod status;
mod together;

pub(super) use closing::stay;

use super::Failure;
use super::stage::Stage;

/// Tells everything.
pub(super) async fn all(stage: &mut Stage<'_>) -> Result<(), Failure> {
    arriving::tell(stage).await?;
    silence::tell(stage)?;
    brainstorm::tell(stage).await?;
    hearts::tell(stage).await?;
    together::tell(stage).await?;
    choosing::tell(stage).await?;
    starting::tell(stage).await?;
    refused::tell(stage).await?;
    status::tell(stage)?;
    again::tell(stage).await?;
    proof::tell(stage).await?;
    closing::tell(stage)
}
