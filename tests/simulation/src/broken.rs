/// What is deliberately wrong with a world, to see that the model finds it: only tests ask for anything but nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Broken {
    /// Nothing.
    #[default]
    Nothing,
    /// The server sends entries to everybody who is connected.
    TellsEverybody,
    /// The server forgets at a crash what it answered to whom.
    ForgetsAnswers,
    /// The server tells before its commit is durable.
    TellsTooSoon,
    /// A device says that an edit is saved before it is.
    PromisesTooSoon,
    /// A device drops an edit that was not accepted.
    DropsTexts,
    /// A device's store loses the last entry at a crash.
    LosesEntries,
    /// A device has nothing to bring to a server that was restored from a backup.
    KeepsNoEntries,
    /// A device does not remember what it has shared.
    ForgetsOwnEdits,
    /// A restored server takes new work at once.
    WaitsForNobody,
    /// The server does not hear that a consent was withdrawn.
    ForgetsWithdrawals,
    /// The server lets in what a judge declined.
    LetsEverythingIn,
    /// The server does not keep what a sign-in was answered.
    ForgetsSignIns,
    /// A code works more than once.
    TakesCodesTwice,
    /// The server takes a lost answer that is asked for again for a stolen token.
    TakesLostForStolen,
    /// A phone that was put back from a copy goes on as the device that its file was.
    CopiesAreOne,
    /// The server takes every edit for one of what is there now.
    ForgetsBases,
}
