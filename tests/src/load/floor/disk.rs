//! One small write made durable, alone.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::load::stats::{median, ms};
use crate::load::{Outcome, Settings};

/// The median time, in milliseconds, to append 500 bytes to a file and have the disk keep them, with a pause before
/// each: a machine that was idle meanwhile is slower at it than one that is in the swing.
pub(crate) fn fdatasync_ms(settings: &Settings, pause: Duration) -> Outcome<f64> {
    std::fs::create_dir_all(&settings.directory)?;
    let path = tempfile::NamedTempFile::new_in(&settings.directory)?.into_temp_path();
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..100 {
        std::thread::sleep(pause);
        let began = Instant::now();
        file.write_all(&[7; 500])?;
        file.sync_data()?;
        times.push(ms(began.elapsed()));
    }
    Ok(median(&times))
}
