// Three ways to read a channel. Each connects to where `at` says, and tells `on` what comes:
//
//   on.word(word)   a message {id, data}, or a word of the hub's own: {since}, {missed},
//                   {recovered}, {closed}. The first one shows that the hub is there, and that what
//                   it says gets through.
//   on.end(why)     it is over; `why` is a refusal, if there was one: {status, sentence}
//
// Each returns a function that closes it. Nothing is told after that, or after the end.

// ANCHOR: websocket
export const webSocket = {
  name: 'WebSocket',
  patience: 5000, // ms until it is given up, if nothing has come by then
  connect(at, on) {
    const url = new URL(address(at, 'json'))
    url.protocol = url.protocol.replace('http', 'ws')
    const socket = new WebSocket(url)
    socket.onmessage = (message) => on.word(JSON.parse(message.data))
    socket.onclose = () => on.end()
    return () => {
      socket.onmessage = socket.onclose = null
      socket.close()
    }
  },
}
// ANCHOR_END: websocket

// ANCHOR: events
export const events = {
  name: 'server-sent events',
  patience: 5000,
  connect(at, on) {
    const source = new EventSource(address(at, 'events'))
    source.onmessage = (message) => on.word({ id: message.lastEventId, data: message.data })
    for (const what of ['since', 'missed', 'recovered', 'closed']) {
      source.addEventListener(what, (notice) => on.word({ [what]: notice.data }))
    }
    // It would come back by itself, and for ever in the same way: the feed knows better.
    source.onerror = () => {
      source.close()
      on.end()
    }
    return () => source.close()
  },
}
// ANCHOR_END: events

// ANCHOR: polling
export const polling = {
  name: 'long polls',
  patience: 40000, // a proxy may hold the answer back until it is complete: for `poll_timeout`
  connect(at, on) {
    const closed = new AbortController()
    const poll = async () => {
      for (let since = at.since; ; ) {
        const answer = await fetch(address({ ...at, since }, 'poll'), { signal: closed.signal })
        if (!answer.ok) return { status: answer.status, sentence: (await answer.text()).trim() }
        if (!answer.headers.has('Channel-Position')) return NO_CHANNEL
        on.word({ waiting: true })
        const told = await answer.json()
        if (!told.recovered) on.word({ recovered: false })
        if (told.missed) on.word({ missed: told.missed })
        told.messages.forEach(on.word)
        on.word({ since: told.since })
        since = told.since
      }
    }
    poll()
      .catch(() => undefined)
      .then((why) => closed.signal.aborted || on.end(why))
    return () => closed.abort()
  },
}
// ANCHOR_END: polling

const NO_CHANNEL = { status: 404, sentence: 'this is no channel on this port' }

function address({ channel, since, last }, form) {
  const url = new URL(path(channel), location.origin)
  url.searchParams.set('as', form)
  if (since) url.searchParams.set('since', since)
  else if (last) url.searchParams.set('last', last)
  return url.href
}

// The path of a channel's name.
export function path(channel) {
  return channel.toWellFormed().split('/').map(encodeURIComponent).join('/')
}
