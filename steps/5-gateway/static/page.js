// The page: its parts, and the question that tells whether the gateway is there.

import { showChannels } from './channels.js'
import { numbers } from './numbers.js'
import { show } from './dom.js'
import * as chat from './chat.js'

// How often, in ms, the gateway is asked what goes on, and after how many silences in a row the
// connections to it are taken for dead.
const ASK_EVERY = 1000
const SILENCES = 5

// A page that nobody has looked at for this long, in ms, does not know whether they still live.
const LONG_AGO = 60000

let silences = 0

async function ask() {
  try {
    const answer = await fetch('/channels', { signal: AbortSignal.timeout(ASK_EVERY * 3) })
    if (answer.ok) showChannels(await answer.json())
    silences = 0
    // By the gateway, or by a proxy that does not reach it.
    show('health', answer.ok ? 'The gateway answers.' : `Refused, with status ${answer.status}.`)
  } catch {
    silences += 1
    show('health', 'The gateway does not answer.')
    // A connection whose other end has vanished looks like one that has nothing to say.
    if (silences % SILENCES === 0) restart()
  }
}

function restart() {
  numbers.restart()
  chat.restart()
}

async function keepAsking() {
  for (;;) {
    if (!document.hidden) await ask()
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY))
  }
}

let hiddenSince = 0

document.addEventListener('visibilitychange', () => {
  if (document.hidden) hiddenSince = performance.now()
  else if (performance.now() - hiddenSince > LONG_AGO) restart()
})
addEventListener('online', restart)
keepAsking()
