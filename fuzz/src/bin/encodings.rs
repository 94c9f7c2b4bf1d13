//! What is put in each encoding is read back as it was, by others' readers where there are any.
#![no_main]

use fuzz::Bytes;
use libfuzzer_sys::fuzz_target;
use message_hub::{Encoding, Epoch, Id};
use pubsub::Message;
use std::io::Cursor;
use tungstenite::{WebSocket, protocol::Role};

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Bytes(bytes);
    let length = match bytes.byte() {
        255 => 65_536,
        254 => 65_535,
        few @ 190.. => usize::from(few) - 100, // around 125
        _ => 1,
    };
    let messages = with_ids_from_one(fuzz::messages(bytes.0));

    assert_eq!(lines(&encode(Encoding::Lines, &messages)), texts(&messages));
    assert_eq!(json(lines(&encode(Encoding::JsonLines, &messages))), with_ids(&messages));
    assert_eq!(frames(encode(Encoding::Frames, &messages), messages.len()), texts(&messages));
    let json_frames = frames(encode(Encoding::JsonFrames, &messages), messages.len());
    assert_eq!(json(json_frames), with_ids(&messages));
    assert_eq!(events(&encode(Encoding::Events, &messages)), with_ids(&messages));

    // A frame's length has three forms.
    if let Some((_, first)) = messages.first() {
        let long = repeat(first, usize::max(1, length / first.as_bytes().len()));
        let messages = with_ids_from_one(vec![long, first.clone()]);
        assert_eq!(frames(encode(Encoding::Frames, &messages), 2), texts(&messages));
    }
});

type Messages = [(Id, Message)];

fn with_ids_from_one(messages: Vec<Message>) -> Vec<(Id, Message)> {
    let epoch = Epoch::begin();
    let ids = (1..).map(|offset| Id { epoch, offset });
    ids.zip(messages).collect()
}

fn repeat(message: &Message, times: usize) -> Message {
    Message::parse(message.as_str().repeat(times).as_bytes()).expect("the same, and more of it")
}

fn encode(encoding: Encoding, messages: &Messages) -> Vec<u8> {
    let mut out = Vec::new();
    messages.iter().for_each(|(id, message)| encoding.encode(*id, message, &mut out));
    out
}

fn texts(messages: &Messages) -> Vec<String> {
    messages.iter().map(|(_, message)| message.as_str().to_string()).collect()
}

fn with_ids(messages: &Messages) -> Vec<(String, String)> {
    messages.iter().map(|(id, message)| (id.to_string(), message.as_str().to_string())).collect()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let text = str::from_utf8(bytes).expect("text");
    text.split_terminator('\n').map(str::to_string).collect()
}

fn json(texts: Vec<String>) -> Vec<(String, String)> {
    let texts = texts.iter().map(|text| {
        let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let field = |name: &str| value[name].as_str().expect("a string").to_string();
        (field("id"), field("data"))
    });
    texts.collect()
}

fn frames(bytes: Vec<u8>, count: usize) -> Vec<String> {
    let length = bytes.len() as u64;
    let mut socket = WebSocket::from_raw_socket(Cursor::new(bytes), Role::Client, None);
    let read =
        (0..count).map(|_| socket.read().expect("a frame").into_text().expect("text").to_string());
    let read = read.collect();
    assert_eq!(socket.get_ref().position(), length, "there is nothing more");
    read
}

/// As the standard says events are parsed, where each has an id and one line of data.
fn events(bytes: &[u8]) -> Vec<(String, String)> {
    let text = str::from_utf8(bytes).expect("text");
    let events = text.split_terminator("\n\n").map(|event| {
        let [id, data] = *event.split('\n').collect::<Vec<_>>() else { panic!("{event:?}") };
        let value = |line: &str, name: &str| line.strip_prefix(name).expect(name).to_string();
        (value(id, "id: "), value(data, "data: "))
    });
    events.collect()
}
