//! What tests a Kring: a harness for simulated peers in virtual time, and real servers and phones end to end.

pub mod load;
pub mod outside;
pub mod simulation;
pub mod story;
