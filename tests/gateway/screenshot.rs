//! The picture in the book: taken here, and compared with the page as it is now.

use crate::page::{Page, gateway, web};
use book_tests::program::{publish, root};
use data_encoding::BASE64;
use number_server::Numbers;
use std::env;
use xtask::screenshots::{self, Shot};

const ALT: &str = "The gateway's page in a browser: the newest number in large type beside a chart of sixty, a table of channels with their readers, and a form to subscribe to a channel and publish to it, with a conversation of two messages";

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
    let mut seen = ["light", "dark"].map(|scheme| {
        page.0.look(1000, 740, scheme);
        page.0.screenshot()
    });
    let [light, dark] = seen.each_mut().map(std::mem::take);
    let decode = |picture: &str| BASE64.decode(picture.as_bytes()).expect("base64");

    let kept = screenshots::read(&root(), "page");
    let differ = kept.as_ref().map(|kept| {
        [(&light, &kept.light), (&dark, &kept.dark)]
            .map(|(now, then)| difference(&mut page, now, &BASE64.encode(then)))
    });
    let in_ci = env::var("CI").is_ok_and(|ci| ci == "true");
    let tolerance = if in_ci { TOLERANCE_IN_CI } else { TOLERANCE };
    let is_as_kept =
        differ.as_ref().is_ok_and(|differ| differ.iter().all(|differ| *differ <= tolerance));
    if env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        if !is_as_kept {
            let shot = Shot { alt: ALT, light: &decode(&light), dark: &decode(&dark) };
            screenshots::write(&root(), "page", &shot).expect("the project's folder");
        }
        return;
    }
    if let Err(fault) = kept {
        panic!("{fault}");
    }
    assert!(
        is_as_kept,
        "the page differs from the book's pictures by {differ:?}; `just accept` takes them anew"
    );
}

/// How much two pictures differ, on average over all pixels and colours. A picture of another size
/// differs as much as one can.
fn difference(page: &mut Page, now: &str, then: &str) -> f64 {
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
