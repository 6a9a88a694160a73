//! What tests a Kring from outside: real servers and phones end to end, the story of the demo, and the load.

pub mod crash;
pub mod freeze;
pub mod load;
pub mod outside;
pub mod story;
