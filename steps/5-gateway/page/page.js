// The page: numbers and their chart, what goes on in the channels, and a channel to talk on.

import { Chart } from './chart.js'
import { Feed } from './feed.js'
import { path } from './transports.js'

const NUMBERS = '/numbers'
const SHOWN_NUMBERS = 60
const SHOWN_AS_TEXT = 12
const SHOWN_MESSAGES = 200

// How often the gateway is asked what goes on, and after how many silences in a row the
// connections to it are taken for dead.
const ASK_EVERY = 1000
const SILENCES = 5

const element = (id) => document.getElementById(id)

function show(id, text) {
  // What has not changed is not said again by a screen reader.
  if (element(id).textContent !== text) element(id).textContent = text
}

function sentence(notice) {
  if (notice.missed) return `${notice.missed} messages were missed: this page was too slow.`
  return 'The gateway was restarted, or this page was away for too long: what came in between cannot be had.'
}

function stateOf(feed) {
  switch (feed.state) {
    case 'open':
      return `by ${feed.transport.name}`
    case 'connecting':
      return `connecting by ${feed.transport.name} …`
    case 'refused':
      return `refused: ${feed.sentence}`
    default:
      return 'lost; coming back …'
  }
}

// Numbers.

const chart = new Chart(element('chart'), SHOWN_NUMBERS)
let newest = []
let count = 0
let paused = []

function showNumber({ data }) {
  count += 1
  newest = [...newest, data].slice(-SHOWN_AS_TEXT)
  chart.add(Number(data))
  show('number', data)
  show('newest', newest.join(' '))
  show('count', String(count))
}

const isPaused = () => element('pause').getAttribute('aria-pressed') === 'true'

element('pause').addEventListener('click', () => {
  element('pause').setAttribute('aria-pressed', String(!isPaused()))
  show('pause', isPaused() ? 'Go on' : 'Pause')
  if (!isPaused()) paused.splice(0).forEach(showNumber)
})

const numbers = new Feed(NUMBERS, SHOWN_NUMBERS, {
  message: (message) => (isPaused() ? paused.push(message) : showNumber(message)),
  notice: (notice) => show('numbers-notice', sentence(notice)),
  state: (feed) => show('numbers-feed', stateOf(feed)),
})

// A channel to talk on.

let talk

function showNotice(notice) {
  addLine(sentence(notice)).className = 'notice'
}

function addLine(text) {
  const [log, messages] = [element('log'), element('messages')]
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8
  const line = document.createElement('li')
  line.textContent = text
  messages.append(line)
  while (messages.children.length > SHOWN_MESSAGES) messages.firstChild.remove()
  if (isAtEnd) log.scrollTop = log.scrollHeight
  return line
}

function subscribe(channel) {
  if (talk?.channel === channel && talk.state !== 'refused') return
  talk?.close()
  element('messages').replaceChildren()
  talk = new Feed(channel, SHOWN_MESSAGES, {
    message: ({ data }) => addLine(data),
    notice: showNotice,
    state: (feed) => show('talk-feed', `${feed.channel}: ${stateOf(feed)}`),
  })
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
    if (answer.ok) element('message').value = ''
  } catch {
    show('published', 'Not known to be published: the gateway did not answer.')
  }
})

// What goes on in the channels.

const rows = new Map()
let last = { at: 0, messages: new Map() }

function rowOf(channel) {
  if (!rows.has(channel)) {
    const row = document.createElement('tr')
    const name = document.createElement('th')
    name.scope = 'row'
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = channel
    button.title = `Subscribe to ${channel}`
    button.addEventListener('click', () => {
      element('channel').value = channel
      subscribe(channel)
    })
    name.append(button)
    row.append(name, document.createElement('td'), document.createElement('td'))
    rows.set(channel, row)
  }
  return rows.get(channel)
}

// Messages a second since the list before; a channel that has begun anew counts from there.
function rate({ channel, messages }, seconds) {
  if (!last.messages.has(channel)) return '–'
  const before = last.messages.get(channel)
  const more = messages < before ? messages : messages - before
  const each = more / seconds
  return each >= 10 ? each.toFixed(0) : each.toFixed(1)
}

function showChannels({ total, channels }) {
  const now = performance.now()
  const seconds = (now - last.at) / 1000
  const names = new Set(channels.map(({ channel }) => channel))
  for (const [channel, row] of rows) {
    if (names.has(channel)) continue
    row.remove()
    rows.delete(channel)
  }
  for (const channel of channels) {
    const row = rowOf(channel.channel)
    row.children[1].textContent = channel.readers
    row.children[2].textContent = rate(channel, seconds)
    if (!row.isConnected) element('channels').append(row)
  }
  show('more', total > channels.length ? `and ${total - channels.length} more` : '')
  last = { at: now, messages: new Map(channels.map((each) => [each.channel, each.messages])) }
}

let silences = 0

async function ask() {
  try {
    const answer = await fetch('/channels', { signal: AbortSignal.timeout(ASK_EVERY * 3) })
    if (!answer.ok) throw new Error(await answer.text())
    showChannels(await answer.json())
    silences = 0
    show('health', 'The gateway answers.')
  } catch {
    silences += 1
    show('health', 'The gateway does not answer.')
    // A connection whose other end has vanished looks like one that has nothing to say.
    if (silences === SILENCES) restart()
  }
}

function restart() {
  numbers.restart()
  talk?.restart()
}

async function keepAsking() {
  for (;;) {
    if (!document.hidden) await ask()
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY))
  }
}

addEventListener('online', restart)
keepAsking()
