// What goes on in the channels.

import { element, show } from './dom.js'
import { subscribe } from './chat.js'

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
    button.addEventListener('click', () => subscribe(channel))
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

// Shows a list, which was made `at` a number of milliseconds by the gateway's clock. Rows stay where
// they were first seen: one that somebody is about to click does not jump.
export function showChannels({ at, total, channels }) {
  if (at === last.at) return
  // Another gateway has another clock.
  if (at < last.at) last = { at: 0, messages: new Map() }
  const seconds = (at - last.at) / 1000
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
  last = { at, messages: new Map(channels.map((each) => [each.channel, each.messages])) }
}
