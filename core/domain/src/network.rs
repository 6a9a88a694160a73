//! Placeholder until the next commit.
use automerge::ReadDoc;
use crate::read::{Content, ReadModel, Reader};
use crate::{Access, Role};
pub(crate) const SECTIONS: &[&str] = &["contacts"];
pub(crate) const fn access(role: Role) -> Access {
    match role { _ => Access::Write }
}
/// Model.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct NetworkModel {}
pub(crate) fn read(_document: &impl ReadDoc, _reader: &Reader<'_>) -> ReadModel {
    ReadModel { content: Content::Network(NetworkModel {}), cards: Vec::new() }
}
