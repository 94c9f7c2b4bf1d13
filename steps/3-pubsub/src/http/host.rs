//! The header `Host`: there once, and well formed (RFC 9112, section 3.2).

use super::Rejection;
use http::{HeaderValue, Request, StatusCode, Version, header, uri::Authority};

/// Refuses a request that does not say once which host it is for. What stands in front of a server
/// and the server itself could take such a request for two different ones.
// ANCHOR: check
pub(super) fn check_host<B>(request: &Request<B>) -> Result<(), Rejection> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let sentence = match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_host(host) => return Ok(()),
        (Some(_), None) => "the header Host is not a host, such as example.org or 127.0.0.1:8080",
        (Some(_), Some(_)) => "the header Host is there more than once; send one",
        (None, _) if request.version() < Version::HTTP_11 => return Ok(()),
        (None, _) => "the header Host is missing; HTTP/1.1 needs it",
    };
    let close = HeaderValue::from_static("close");
    Err(Rejection::new(StatusCode::BAD_REQUEST, sentence).with(header::CONNECTION, close))
}
// ANCHOR_END: check

fn is_host(host: &HeaderValue) -> bool {
    let authority = Authority::try_from(host.as_bytes());
    authority.is_ok_and(|authority| {
        !authority.host().is_empty()
            && !authority.as_str().contains('@')
            && has_good_port(&authority)
    })
}

fn has_good_port(authority: &Authority) -> bool {
    let rest = &authority.as_str()[authority.host().len()..];
    // Digits only: a number may also be written with a plus sign, for Rust.
    let is_port = |port: &str| {
        port.bytes().all(|c| c.is_ascii_digit()) && (port.is_empty() || port.parse::<u16>().is_ok())
    };
    rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_perhaps_with_a_port() {
        let good = ["x", "example.org", "example.org:", "127.0.0.1:8080", "[::1]", "[::1]:8080"];
        let bad = [
            "", ":80", "a b", "a/b", "user@a", "a:b", "a:+80", "a:-1", "a:99999", "::1", "[::1",
            "a,b:c", "\u{e9}",
        ];
        for (hosts, expected) in [(&good[..], true), (&bad[..], false)] {
            for host in hosts {
                let value = HeaderValue::from_bytes(host.as_bytes()).unwrap();
                assert_eq!(is_host(&value), expected, "{host:?}");
            }
        }
    }
}
