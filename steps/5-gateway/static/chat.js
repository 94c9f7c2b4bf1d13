// A channel to talk on.

import { Feed } from './feed.js'
import { element, onNextPicture, sentence, show, stateOf } from './dom.js'
import { path } from './transports.js'

const SHOWN = 200

let feed
let lines = [] // that are not on the screen yet

const draw = onNextPicture(() => {
  const [log, messages] = [element('log'), element('messages')]
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8
  messages.append(...lines)
  lines = []
  while (messages.children.length > SHOWN) messages.firstChild.remove()
  if (isAtEnd) log.scrollTop = log.scrollHeight
})

function addLine(text, kind) {
  const line = document.createElement('li')
  line.className = kind
  line.textContent = text
  lines.push(line)
  lines.splice(0, lines.length - SHOWN)
  draw()
}

// Talks on this channel from now on.
export function subscribe(channel) {
  if (feed?.channel === channel && feed.state !== 'refused') return
  feed?.close()
  element('channel').value = channel
  element('messages').replaceChildren()
  lines = []
  feed = new Feed(channel, SHOWN, {
    message: ({ data }) => addLine(data, 'message'),
    notice: (notice) => addLine(sentence(notice), 'notice'),
    state: (now) => show('chat-feed', `${channel}: ${stateOf(now)}`),
  })
}

// Connects again, if there is a channel.
export function restart() {
  feed?.restart()
}

element('subscribe').addEventListener('submit', (event) => {
  event.preventDefault()
  subscribe(element('channel').value)
})

element('publish').addEventListener('submit', async (event) => {
  event.preventDefault()
  if (!element('channel').reportValidity()) return
  const token = element('token').value
  const headers = token ? { Authorization: `Bearer ${token}` } : {}
  const channel = element('channel').value
  const body = element('message').value
  subscribe(channel)
  try {
    const answer = await fetch(path(channel), { method: 'POST', headers, body })
    const said = (await answer.text()).trim()
    show('published', answer.ok ? '' : `Not published: ${said}`)
    if (answer.ok && element('message').value === body) element('message').value = ''
  } catch {
    show('published', 'Not known to be published: the gateway did not answer.')
  }
})
