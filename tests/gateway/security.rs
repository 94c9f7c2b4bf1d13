//! What a foreign page, or a script that was smuggled in, cannot do.

use crate::page::{Page, gateway, web};
use book_tests::{
    browser::Browser,
    program::{ask, publish},
};

/// What a page tries, and what it comes to.
const TRIES: &str = "(async (address) => {
    const socket = new Promise((done) => {
        const socket = new WebSocket(`ws://${address}/rooms/7`)
        socket.onopen = () => done('open')
        socket.onerror = () => done('refused')
    })
    const fetched = async (path, options) => {
        try { return (await fetch(`http://${address}${path}`, options)).status }
        catch { return 'refused' }
    }
    const simple = { method: 'POST', mode: 'no-cors', body: 'evil' }
    await fetched('/rooms/7', simple)
    return [await socket, await fetched('/rooms/7', { method: 'POST', body: 'evil' }),
        await fetched('/channels'), await fetched('/metrics'), await fetched('/rooms/7?as=poll')]
})";

/// The page of one gateway is foreign to another.
pub(crate) fn foreign_page() {
    let (one, other) = (gateway(&[]), gateway(&[]));
    let mut browser = Browser::start();
    browser.open(&format!("http://{}/healthz", web(&one)));
    let refused = serde_json::json!(["refused", "refused", "refused", "refused", "refused"]);
    assert_eq!(browser.evaluate(&format!("{TRIES}({:?})", web(&other))), refused);
    let published = ask(web(&other), "GET /rooms/7?as=poll&last=9", "");
    assert!(published.contains("\"messages\":[]"), "{published}");

    let own = serde_json::json!(["open", 200, 200, 200, 200]);
    assert_eq!(browser.evaluate(&format!("{TRIES}({:?})", web(&one))), own, "the tries are good");
}

/// `rebound.localhost` leads here, as any name may whose owner so wishes.
pub(crate) fn rebound_page() {
    let open = gateway(&[]);
    let guarded = gateway(&["allowed_hosts=127.0.0.1"]);
    for (gateway, first) in [(&open, "open"), (&guarded, "refused")] {
        let address = web(gateway).replace("127.0.0.1", "rebound.localhost");
        let mut browser = Browser::start();
        browser.open(&format!("http://{address}/healthz"));
        let got = browser.evaluate(&format!("{TRIES}({address:?})"));
        let rest = if first == "open" { 200 } else { 421 };
        assert_eq!(got, serde_json::json!([first, rest, rest, rest, rest]));
    }
}

pub(crate) fn smuggled_script() {
    let gateway = gateway(&[]);
    let mut page = Page::open(web(&gateway));
    let run = page.0.evaluate(
        "(() => {
            const script = document.createElement('script')
            script.textContent = 'window.smuggled = true'
            const picture = document.createElement('img')
            picture.setAttribute('onerror', 'window.smuggled = true')
            picture.src = '/static/none.png'
            document.body.append(script, picture)
            return new Promise(done => picture.addEventListener('error', () => done(window.smuggled ?? 'not run')))
        })()",
    );
    assert_eq!(run, "not run");
    let complaints = page.0.complaints().join("\n");
    assert!(complaints.contains("Content Security Policy"), "{complaints}");
}

pub(crate) fn messages_are_text() {
    const EVIL: &str = "<img src=x onerror=\"document.title = 'evil'\"><script>1</script>";
    let gateway = gateway(&[]);
    let mut page = Page::open(web(&gateway));
    page.subscribe("/rooms/7");
    publish(web(&gateway), "/rooms/7", EVIL);
    publish(web(&gateway), "/%3Cb%3E", EVIL);
    assert_eq!(page.until_lines(1), [EVIL]);
    page.until("[...document.querySelectorAll('#channels button')].some(name => name.textContent == '/<b>')");
    assert_eq!(
        page.0.evaluate("document.querySelectorAll('main img, main script, main b').length"),
        0
    );
}
