//! Shows the book in a browser, and shows it again when a chapter, a source or a pane changes.

use crate::{book, workspace};
use anyhow::Context;
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use notify::{EventKind, RecursiveMode, Watcher};
use std::{
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};
use tokio::sync::watch;
use tower_http::services::ServeDir;

/// What a change in may change the book, beside the packages.
const WATCHED: [&str; 3] = ["book.toml", "book", "justfile"];

/// Editors write in several steps; the build waits until nothing has changed for this long.
const QUIET: Duration = Duration::from_millis(100);

/// The address at which a page asks to be told of a change.
const CHANGED: &str = "/changed";

/// Serves the book at 127.0.0.1 until the process is ended.
pub fn serve(root: &Path, port: u16) -> anyhow::Result<()> {
    let folder = root.join("target/book-served");
    let (tell, version) = watch::channel(0_u64);
    // Watching begins before the build, so that no change falls between the two.
    let changes = Changes::watch(root)?;
    if let Err(error) = build(root, &folder) {
        eprintln!("{error:#}\nserving what there is; mend it, and the page comes");
    }
    let (source, built) = (root.to_owned(), folder.clone());
    std::thread::spawn(move || rebuild_on_change(changes, &source, &built, &tell));
    tokio::runtime::Runtime::new()?.block_on(async {
        let address = format!("127.0.0.1:{port}");
        let listener = tokio::net::TcpListener::bind(&address).await;
        let listener = listener.with_context(|| {
            format!("{address}; is the book open in another terminal? `./just book serve --port 3001` takes another port")
        })?;
        println!("the book is at http://{}", listener.local_addr()?);
        Ok(run(listener, pages(folder, version)).await?)
    })
}

/// The pages of a built book, and the word of a change.
fn pages(folder: PathBuf, version: watch::Receiver<u64>) -> Router {
    Router::new()
        .route(CHANGED, get(move || changed(version.clone())))
        .fallback_service(ServeDir::new(folder).not_found_service(get(not_found)))
}

/// Serves pages until the process ends. What listens is for the reader's own machine.
async fn run(listener: tokio::net::TcpListener, pages: Router) -> std::io::Result<()> {
    axum::serve(listener, pages).await
}

async fn not_found() -> Response {
    (
        axum::http::StatusCode::NOT_FOUND,
        Html("<p>There is no such page. <a href=\"/\">To the book</a></p>"),
    )
        .into_response()
}

/// Answers when the book has changed; the page then loads itself again.
async fn changed(mut version: watch::Receiver<u64>) -> Response {
    version.mark_unchanged();
    // An error means that the server is ending, which is a change, too.
    let _ = version.changed().await;
    let mut response = Body::empty().into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn build(root: &Path, folder: &Path) -> anyhow::Result<()> {
    book::build_with(root, folder, |config| {
        let mut scripts: Vec<PathBuf> =
            config.get("output.html.additional-js")?.unwrap_or_default();
        scripts.push("book/theme/reload.js".into());
        config.set("output.html.additional-js", scripts)
    })
}

/// Tells when something has changed that may change the book.
struct Changes {
    events: mpsc::Receiver<notify::Result<notify::Event>>,
    _watcher: notify::RecommendedWatcher,
}

impl Changes {
    fn watch(root: &Path) -> anyhow::Result<Self> {
        let (sender, events) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(sender)?;
        let packages = workspace::top_folders(root)?;
        for path in WATCHED.map(PathBuf::from).into_iter().chain(packages) {
            watcher.watch(&root.join(path), RecursiveMode::Recursive)?;
        }
        Ok(Changes { events, _watcher: watcher })
    }

    /// Waits for a change, and until there has been no other for a moment.
    fn wait(&self) {
        let matters = |event: notify::Result<notify::Event>| {
            event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_)))
        };
        while self.events.recv().is_ok_and(|event| !matters(event)) {}
        while self.events.recv_timeout(QUIET).is_ok() {}
    }
}

fn rebuild_on_change(changes: Changes, root: &Path, folder: &Path, tell: &watch::Sender<u64>) {
    loop {
        changes.wait();
        match build(root, folder) {
            Ok(()) => {
                println!("built again");
                tell.send_modify(|version| *version += 1);
            }
            Err(error) => eprintln!("{error:#}"),
        }
    }
}
