//! The picture in the book: taken here, and compared with the page as it is now.

use crate::page::{Page, gateway, web};
use book_tests::program::{publish, root};
use data_encoding::BASE64;
use number_server::Numbers;
use std::{env, fs, process::Command};

const ALT: &str = "The gateway's page in a browser: the newest number in large type beside a chart of sixty, a table of channels with their readers, and a form to subscribe to a channel and publish to it, with a conversation of two messages";

/// The preferences of those who look: a picture for each.
const SCHEMES: [&str; 2] = ["light", "dark"];

/// How far each of the three colours of a pixel may be off, on average over the page, of 255. In CI
/// the browser and its fonts are those that the pictures were taken with; other machines have
/// others. (A page without its chart is off by 4, one without anything by 12.)
const TOLERANCE_IN_CI: f64 = 0.5;
const TOLERANCE: f64 = 3.5;

pub(crate) fn as_shown() {
    // One number comes by itself; then the next is ten minutes away, and the page stands still.
    let gateway = gateway(&["seed=7", "rate_per_minute=0.1"]);
    let mut page = Page::open(web(&gateway));
    let mut numbers = Numbers::seeded(7, 1);
    numbers.next_line();
    for _ in 1..60 {
        let number = String::from_utf8_lossy(numbers.next_line()).trim().to_owned();
        publish(web(&gateway), "/numbers", &number);
    }
    page.until_text("count", "60");
    page.subscribe("/rooms/7");
    publish(web(&gateway), "/rooms/7", "hello from a terminal");
    page.until_lines(1);
    page.0.evaluate(
        "document.getElementById('message').value = 'hello from the page';
         document.getElementById('publish-button').click()",
    );
    page.until_lines(2);
    page.until(
        "(() => {
            const rows = [...document.querySelectorAll('#channels tr')]
            return rows.length == 2 && rows.every(row => row.children[1].textContent == '1' && row.children[2].textContent == '0.0')
        })()",
    );
    let [light, dark] = SCHEMES.map(|scheme| {
        page.0.look(1000, 740, scheme);
        page.0.screenshot()
    });
    let decode = |picture: &str| BASE64.decode(picture.as_bytes()).expect("base64");

    let now = [light, dark].map(|picture| decode(&picture));
    let kept = SCHEMES.map(|scheme| fs::read(root().join(kept(scheme))).unwrap_or_default());
    let differ: Vec<_> =
        now.iter().zip(&kept).map(|(now, kept)| difference(&mut page, now, kept)).collect();
    let in_ci = env::var("CI").is_ok_and(|ci| ci == "true");
    let tolerance = if in_ci { TOLERANCE_IN_CI } else { TOLERANCE };
    let is_as_kept = differ.iter().all(|differ| *differ <= tolerance);
    if env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        keep(if is_as_kept { &kept } else { &now });
        return;
    }
    assert!(
        is_as_kept,
        "the page differs from the book's pictures by {differ:?}; `just accept` takes them anew"
    );
}

/// Where the book has a picture, from the root.
fn kept(scheme: &str) -> String {
    format!("book/src/figures/page-{scheme}.png")
}

/// Has these pictures be the book's, of the page as it is now.
fn keep(pictures: &[Vec<u8>; 2]) {
    let folder = tempfile::tempdir().expect("a folder for the pictures");
    let mut command = Command::new(root().join("xtask/run"));
    command.args(["xtask", "screenshot", "page", "--alt", ALT, "--root"]).arg(root());
    for (scheme, picture) in SCHEMES.iter().zip(pictures) {
        let file = folder.path().join(scheme);
        fs::write(&file, picture).expect("a file in our folder");
        command.arg(format!("--{scheme}")).arg(file);
    }
    assert!(command.status().expect("xtask runs").success(), "the pictures are not kept");
}

/// How much two pictures differ, on average over all pixels and colours. A picture of another size
/// differs as much as one can.
fn difference(page: &mut Page, now: &[u8], then: &[u8]) -> f64 {
    let [now, then] = [now, then].map(|picture| BASE64.encode(picture));
    if then.is_empty() {
        return 255.0;
    }
    // The page's own policy lets no picture in, so the browser compares them somewhere else.
    page.0.open("about:blank");
    let difference = page.0.evaluate(&format!(
        "(async () => {{
            const pixels = async (base64) => {{
                const picture = new Image()
                picture.src = 'data:image/png;base64,' + base64
                await picture.decode()
                const canvas = new OffscreenCanvas(picture.width, picture.height)
                const context = canvas.getContext('2d')
                context.drawImage(picture, 0, 0)
                return context.getImageData(0, 0, picture.width, picture.height)
            }}
            const [now, then] = [await pixels('{now}'), await pixels('{then}')]
            if (now.width != then.width || now.height != then.height) return 255
            let sum = 0
            for (let at = 0; at < now.data.length; at += 1) sum += Math.abs(now.data[at] - then.data[at])
            return sum / (now.data.length * 3 / 4)
        }})()"
    ));
    difference.as_f64().expect("a number")
}
