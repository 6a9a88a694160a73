//! The effect of a command beyond the document: what the access log tells of it.

/// The effect that a command has on rights and on what is kept.
///
/// Every command declares its own; the access log names it by this word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Adds to the document or changes it.
    #[default]
    Writes,
    /// Changes who may do or see what: a consent, a delegation.
    ChangesRights,
    /// Takes something out of the document for good.
    Erases,
}
