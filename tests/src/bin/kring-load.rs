//! Measures a real Kring server with real and thin phones: `kring-load --help`.

fn main() -> std::process::ExitCode {
    kring_tests::load::main()
}
