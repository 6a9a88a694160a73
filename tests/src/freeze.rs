//! Frozen forms: databases, phone files and frames as one build wrote them, for every later build to read.
//!
//! `kring-freeze FOLDER` plays the story of the demo with the build it belongs to and keeps
//!
//! - `server/`: the data directory of a server that was killed, write-ahead file included;
//! - `phones/NAME.kring`: files of a client, a member and a professional, with edits that wait and one that was refused;
//! - `frames/*.cbor`: what a phone sends and what it is answered over `POST /v1/sync`;
//! - `told.json`: the read models and edits as that build showed them.
//!
//! Every file is compressed with gzip. `tests/tests/frozen.rs` opens each folder below `tests/frozen`.

mod told;

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kring_client::{Kring, Language, Options};
use kring_server::demo::{Guest, LoadedStory};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::outside::{Http, binary, encode};

pub use told::{Told, ToldPhone};

/// The people whose phones are frozen, as the story calls them.
const PHONES: [&str; 3] = ["joost", "emine", "marloes"];

/// What ends the freezing.
pub type Failure = Box<dyn Error>;

/// Freezes the forms of this build below a folder that does not exist yet.
///
/// # Errors
///
/// Where the server does not start, does not answer as it should, or a file cannot be written.
pub fn write(folder: &Path) -> Result<(), Failure> {
    fs::create_dir(folder)?;
    let home = TempDir::new()?;
    let server = start(home.path())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut told = Told::default();
    runtime.block_on(play(&server.loaded, home.path(), &mut told))?;
    frames(&server.loaded, &folder.join("frames"))?;
    told.look(&server.loaded)?;
    // A server that is killed leaves its write-ahead file behind, which belongs to the stored form.
    drop(server);
    for file in fs::read_dir(data_of(home.path())?)? {
        let file = file?.path();
        if file.is_file() && !file.to_string_lossy().ends_with("-shm") {
            keep(&file, &folder.join("server"))?;
        }
    }
    for name in PHONES {
        keep(&phone_of(home.path(), name), &folder.join("phones"))?;
    }
    pack(&serde_json::to_vec(&told)?, &folder.join("told.json.gz"))
}

/// Unpacks the files of one frozen folder, not those of its subfolders, into another folder.
///
/// # Errors
///
/// Where a file cannot be read or written.
pub fn unpack(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let file = file?.path();
        if !file.is_file() {
            continue;
        }
        let mut bytes = Vec::new();
        GzDecoder::new(fs::File::open(&file)?).read_to_end(&mut bytes)?;
        fs::write(to.join(file.file_stem().ok_or("a frozen file has a name")?), bytes)?;
    }
    Ok(())
}

struct Server {
    process: Child,
    loaded: LoadedStory,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts the demo with its data below `home`, the story told to its end.
fn start(home: &Path) -> Result<Server, Failure> {
    let mut process = Command::new(binary::path())
        .args(["demo", "--listen", "127.0.0.1:0", "--until", "evaluated", "--json"])
        .env("TMPDIR", home)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(process.stdout.take().ok_or("the server has an output")?).read_line(&mut line)?;
    Ok(Server { process, loaded: serde_json::from_str(&line)? })
}

fn data_of(home: &Path) -> Result<PathBuf, Failure> {
    let directories = fs::read_dir(home)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut demos = directories.filter(|path| path.to_string_lossy().contains("kring-demo-"));
    demos.next().ok_or_else(|| "the demo has made no directory".into())
}

fn phone_of(home: &Path, name: &str) -> PathBuf {
    home.join(format!("{name}.kring"))
}

/// Plays what happens on the phones, and writes down what each shows at the end.
async fn play(loaded: &LoadedStory, home: &Path, told: &mut Told) -> Result<(), Failure> {
    let mut phones = Vec::new();
    for name in PHONES {
        let guest = guest(loaded, name)?;
        let options = Options { language: Language::Dutch, app: "kring-freeze".to_owned() };
        let phone = Kring::open(phone_of(home, name), options)?;
        phone.sign_in(&loaded.url, &guest.code, &format!("telefoon van {name}"), None).await?;
        phone.sync_once().await?;
        phones.push(phone);
    }
    let [joost, emine, marloes] = phones.as_slice() else { return Err("three phones".into()) };
    let idea = "0195f3a0-0000-7000-8000-00000000f001";
    submit(emine, loaded, "circle", json!({"type": "propose_idea", "idea_id": idea, "text": "Samen naar de markt"}))?;
    emine.sync_once().await?;
    joost.sync_once().await?;
    submit(emine, loaded, "circle", json!({"type": "edit_idea", "idea_id": idea, "text": "Zaterdag naar de markt"}))?;
    submit(joost, loaded, "circle", json!({"type": "erase_idea", "idea_id": idea}))?;
    joost.sync_once().await?;
    // The idea is gone when her edit arrives, so it stays in her box.
    emine.sync_once().await?;
    let text = "Dit wacht nog op internet";
    submit(emine, loaded, "circle", json!({"type": "post_message", "message_id": next(2), "text": text}))?;
    submit(joost, loaded, "private", json!({"type": "note_privately", "note_id": next(3), "text": text}))?;
    let contact =
        json!({"type": "add_contact", "contact_id": next(4), "name": "Sanne", "ring": 3, "quadrant": "family"});
    submit(marloes, loaded, "network", contact)?;
    for (name, phone) in PHONES.iter().zip(&phones) {
        told.phones.insert((*name).to_owned(), ToldPhone::of(phone, loaded.space_id)?);
        phone.close();
    }
    Ok(())
}

fn next(number: u32) -> String {
    format!("0195f3a0-0000-7000-8000-00000000f{number:03}")
}

fn submit(phone: &Kring, loaded: &LoadedStory, kind: &str, command: Value) -> Result<(), Failure> {
    let documents = phone.documents(loaded.space_id);
    let document =
        documents.iter().find(|document| document.kind.name() == kind).ok_or("the phone has this document")?;
    phone.submit_json(document.id, &command.to_string())?;
    Ok(())
}

fn guest<'a>(loaded: &'a LoadedStory, name: &str) -> Result<&'a Guest, Failure> {
    loaded.persons.iter().find(|guest| guest.key == name).ok_or_else(|| format!("{name} is in the story").into())
}

/// Keeps a greeting with its answer, and a submission with its answer.
fn frames(loaded: &LoadedStory, folder: &Path) -> Result<(), Failure> {
    let address = loaded.url.strip_prefix("http://").ok_or("the demo is at an http address")?.parse()?;
    let http = Http::new(address).bearer(&guest(loaded, "linda")?.access_token);
    let hello = json!({"t": "hello", "protocol": 1, "app": "kring-freeze", "cursors": []});
    let circle = loaded.documents.get("circle").ok_or("the space has a circle")?;
    let command = json!({"type": "post_message", "message_id": next(5), "text": "Van een losse telefoon"});
    let commands = json!([{"id": next(6), "base": {"generation": 1, "sequence": 0}, "command": command}]);
    let submit = json!({"t": "submit", "document": circle, "commands": commands});
    for (name, frames) in [("greeting", json!([hello])), ("submission", json!([hello, submit]))] {
        let request = encode(&frames);
        let answer = http.post_bytes("/v1/sync", "application/cbor", request.clone());
        if answer.status != 200 {
            return Err(format!("{name}: {} {}", answer.status, answer.text()).into());
        }
        pack(&request, &folder.join(format!("{name}.device.cbor.gz")))?;
        pack(&answer.body, &folder.join(format!("{name}.server.cbor.gz")))?;
    }
    Ok(())
}

fn keep(file: &Path, folder: &Path) -> Result<(), Failure> {
    let name = file.file_name().ok_or("a file has a name")?.to_string_lossy().into_owned();
    pack(&fs::read(file)?, &folder.join(format!("{name}.gz")))
}

fn pack(bytes: &[u8], to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to.parent().ok_or("a frozen file is in a folder")?)?;
    let mut encoder = GzEncoder::new(fs::File::create(to)?, Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()?;
    Ok(())
}
