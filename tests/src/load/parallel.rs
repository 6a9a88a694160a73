//! Many blocking calls at a time, for making people and spaces.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Failure, Outcome};

/// The number of calls that are under way at a time.
const THREADS: usize = 16;

/// Makes `count` things on several threads, in any order, and returns them in order of their numbers.
pub(crate) fn parallel<T: Send>(count: usize, make: impl Fn(usize) -> Outcome<T> + Sync) -> Outcome<Vec<T>> {
    let next = AtomicUsize::new(0);
    let made = Mutex::new(Vec::with_capacity(count));
    let work = || -> Outcome<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(());
            }
            let thing = make(number)?;
            made.lock().map_err(|_| "another thread has failed")?.push((number, thing));
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS.min(count)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| Failure::from("a thread panicked"))?)
    })?;
    let mut made = made.into_inner().map_err(|_| "a thread has failed")?;
    made.sort_unstable_by_key(|(number, _)| *number);
    Ok(made.into_iter().map(|(_, thing)| thing).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_in_order_and_a_failure_is_told() {
        assert_eq!(parallel(100, |number| Ok(number * 2)).unwrap(), (0..100).map(|n| n * 2).collect::<Vec<_>>());
        assert!(parallel(100, |number| if number == 50 { Err("no".into()) } else { Ok(()) }).is_err());
        assert!(parallel(0, |_| Ok(())).unwrap().is_empty());
    }
}
