//! A real server on a free port, and people who talk to it.

use kring_server::accounts::{self, CodePurpose};
use kring_server::app::App;
use kring_server::auth::OneTimeCode;
use kring_server::config::Config;
use kring_server::{clock, http};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use uuid::Uuid;

pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) app: App,
    pub(crate) runtime: Runtime,
    stop: Option<oneshot::Sender<()>>,
    stopped: Option<oneshot::Receiver<()>>,
    _data: TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub(crate) fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let data = TempDir::new().unwrap();
        let mut config =
            Config { data: data.path().into(), listen: "127.0.0.1:0".parse().unwrap(), ..Config::default() };
        change(&mut config);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind(config.listen)).unwrap();
        config.listen = listener.local_addr().unwrap();
        let url = format!("http://{}", config.listen);
        let app = runtime.block_on(App::open(config)).unwrap();
        let (stop, stopping) = oneshot::channel();
        let (ended, stopped) = oneshot::channel();
        let serving = app.clone();
        runtime.spawn(async move {
            http::serve(serving, listener, async { drop(stopping.await) }).await;
            let _ = ended.send(());
        });
        Self { url, app, runtime, stop: Some(stop), stopped: Some(stopped), _data: data }
    }

    /// A code, as `kring admin invite-professional` makes one.
    pub(crate) fn professional_code(&self) -> String {
        let code = OneTimeCode::random();
        let now = clock::now();
        let hash = code.hash();
        let purpose = CodePurpose::Professional { name: Some("Jolanda".into()) };
        let kept = self.app.store.write(move |c| accounts::keep_code(c, hash, &purpose, now, now.plus_days(1)));
        self.runtime.block_on(kept).unwrap();
        code.text()
    }

    pub(crate) fn professional(&self) -> Person {
        self.sign_in(&self.professional_code())
    }

    pub(crate) fn sign_in(&self, code: &str) -> Person {
        let answer = self.anybody().post("/v1/sign-in", &json!({"code": code, "device_name": "a phone"}));
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        Person::new(&self.url, answer.body)
    }

    pub(crate) fn anybody(&self) -> Person {
        Person::new(&self.url, Value::Null)
    }

    /// A space with its professional, and somebody in it for each of the roles.
    pub(crate) fn space<const N: usize>(&self, roles: [&str; N]) -> (String, Person, [Person; N]) {
        let professional = self.professional();
        let space = professional.create_space();
        let people = roles.map(|role| self.sign_in(&professional.invite(&space, role)));
        (space, professional, people)
    }

    /// Stops the server and returns when it has.
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.runtime.block_on(self.stopped.take().unwrap()).unwrap();
    }
}

/// Somebody with a sign-in, or, with none, anybody.
pub(crate) struct Person {
    pub(crate) session: Value,
    url: String,
    agent: ureq::Agent,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code()), (status, code), "{:?}", self.body);
        self
    }
}

impl Person {
    pub(crate) fn new(url: &str, session: Value) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0).build();
        Self { session, url: url.to_owned(), agent: config.into() }
    }

    pub(crate) fn with_token(url: &str, token: &str) -> Self {
        Self::new(url, json!({"access_token": token}))
    }

    pub(crate) fn id(&self) -> &str {
        self.session["person_id"].as_str().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Vec::new())
    }

    pub(crate) fn download(&self, path: &str) -> (u16, Vec<u8>) {
        let token = self.session["access_token"].as_str().unwrap();
        let request = self.agent.get(format!("{}{path}", self.url)).header("authorization", format!("Bearer {token}"));
        let mut response = request.call().unwrap();
        (response.status().as_u16(), response.body_mut().read_to_vec().unwrap())
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], Vec::new())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], serde_json::to_vec(body).unwrap())
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = self.session["access_token"].as_str() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = self.agent.run(request.body(body).unwrap()).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body }
    }

    pub(crate) fn create_space(&self) -> String {
        let space = Uuid::now_v7().to_string();
        let answer = self.post("/v1/spaces", &json!({"space_id": space, "name": "Rondom Dennis"}));
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        space
    }

    pub(crate) fn invite(&self, space: &str, role: &str) -> String {
        let path = format!("/v1/spaces/{space}/invitations");
        let answer = self.post(&path, &json!({"role": role, "name": format!("the {role}")}));
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        answer.body["code"].as_str().unwrap().to_owned()
    }
}
