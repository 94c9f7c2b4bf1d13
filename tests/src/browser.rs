//! A headless browser, driven by the DevTools protocol over a WebSocket.
