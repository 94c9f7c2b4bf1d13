// Follows a channel: by the best transport that works, through every loss.

import { events, path, polling, webSocket } from './transports.js'

const TRANSPORTS = [webSocket, events, polling]

// Those by which some feed of this page has been connected: they get through.
const worked = new Set()

// How often a transport that has worked may fail, with the gateway there, before the next is tried.
const FAULTS = 3

// The waits between two tries, in ms: they double from the least to the most, and are short again
// after a connection that has lasted longer than the longest wait.
const MIN_BACKOFF = 200
const MAX_BACKOFF = 5000

// A channel that is followed. It calls:
//
//   on.message(message)   {id, data}
//   on.notice(notice)     {missed: 12}, or {recovered: false}: what could not be had
//   on.state(feed)        `transport` or `state` has changed: 'connecting', 'open', 'waiting', or
//                         'refused', with `sentence`, which is the end of it; `refusal` is what the
//                         gateway has against this page, if a transport could not be used for that
//
// It begins with the newest `last` messages.
export class Feed {
  state = 'connecting'
  sentence = ''
  refusal = ''
  #at
  #on
  #seen = new Map() // the offset of the last message of each epoch
  #choice = 0 // of the transports
  #leave = () => {} // ends the connection there is, or the wait
  #closed = false

  constructor(channel, last, on) {
    this.#at = { channel, last, since: undefined }
    this.#on = on
    this.#run()
  }

  get channel() {
    return this.#at.channel
  }

  close() {
    this.#closed = true
    this.#leave()
  }

  // Connects again, and goes on where it was: for whoever knows that the connection is dead.
  restart() {
    this.#leave()
  }

  // ANCHOR: run
  async #run() {
    let failures = 0 // since it was last connected for a while
    let faults = 0 // of this transport, one after the other
    while (!this.#closed) {
      this.transport = TRANSPORTS[this.#choice]
      const { opened, lasted, left, why } = await this.#use(this.transport)
      if (left) continue
      if (why && this.#isFinal(why)) return this.#refused(why)
      if (!opened) this.refusal = (await refusalOf(this.channel)) ?? this.refusal
      failures = lasted > MAX_BACKOFF ? 0 : failures + 1
      // If nobody answers, it is not the transport that is at fault.
      faults = !opened && (await isAnswering()) ? faults + 1 : 0
      if (faults >= (worked.has(this.transport) ? FAULTS : 1)) {
        worked.delete(this.transport)
        this.#choice = (this.#choice + 1) % TRANSPORTS.length
        faults = 0
        if (this.#choice > 0) continue
      }
      await this.#wait(failures)
    }
  }
  // ANCHOR_END: run

  // Reads by one transport, until that is over. Resolves with whether it was ever connected, for how
  // long, and whether it was left or ended by itself.
  #use(transport) {
    this.#enter('connecting')
    return new Promise((resolve) => {
      let openedAt
      const finish = (how) => {
        clearTimeout(timer)
        close()
        const lasted = openedAt === undefined ? 0 : performance.now() - openedAt
        resolve({ opened: openedAt !== undefined, lasted, ...how })
      }
      const word = (word) => {
        if (openedAt === undefined) {
          clearTimeout(timer)
          openedAt = performance.now()
          worked.add(transport)
          this.#opened()
        }
        this.#word(word)
      }
      const timer = setTimeout(finish, transport.patience)
      const close = transport.connect(this.#at, { word, end: (why) => finish({ why }) })
      this.#leave = () => finish({ left: true })
    })
  }

  // What was refused may be allowed by now: by the first transport it is, and with another one asks.
  async #opened() {
    if (this.#choice === 0) this.refusal = ''
    this.#enter('open')
    if (!this.refusal) return
    this.refusal = (await refusalOf(this.channel)) ?? this.refusal
    this.#enter(this.state)
  }

  // ANCHOR: word
  #word(word) {
    if ('data' in word) {
      this.#at.since = word.id
      if (this.#isNew(word.id)) this.#on.message(word)
    } else if ('since' in word) {
      this.#at.since = word.since
    } else if ('missed' in word) {
      this.#on.notice({ missed: Number(word.missed) })
    } else if ('recovered' in word) {
      this.#on.notice({ recovered: false })
    }
  }

  // A log that does not know the last id tells all that it has. Behind a proxy, it may be one that
  // has been read before.
  #isNew(id) {
    const [epoch, offset] = id.split('-')
    const isNew = Number(offset) > (this.#seen.get(epoch) ?? 0)
    if (isNew) this.#seen.set(epoch, Number(offset))
    return isNew
  }
  // ANCHOR_END: word

  // Waits before the next try, longer after each failure. Up to half of it, at random, is taken off, so that
  // the readers of a gateway that was restarted do not come back all at once.
  #wait(failures) {
    if (this.#closed) return undefined
    this.#enter('waiting')
    const longest = Math.min(MAX_BACKOFF, MIN_BACKOFF * 2 ** failures)
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2))
      this.#leave = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  // A refusal that will be the same next time: the name is no channel's. One that has been read is,
  // whatever somebody in between says; and other refusals are taken back when settings are mended.
  #isFinal({ status }) {
    return this.#at.since === undefined && (status === 400 || status === 404)
  }

  #refused({ sentence }) {
    this.#closed = true
    this.sentence = sentence
    this.#enter('refused')
  }

  #enter(state) {
    this.state = state
    if (!this.#closed || state === 'refused') this.#on.state(this)
  }
}

// What a gateway says that has something against the origin of a page, or its host.
const REFUSALS = [403, 421]

// Why the gateway refuses this page; nothing if it does not, and `undefined` if it does not say. A browser does not show scripts what a WebSocket was
// refused with. So this asks for nothing, with a method with which every browser tells the origin.
// ANCHOR: refusal
async function refusalOf(channel) {
  try {
    const answer = await fetch(path(channel), { method: 'OPTIONS', signal: AbortSignal.timeout(5000) })
    if (answer.ok) return ''
    const isSentence = answer.headers.get('Content-Type')?.startsWith('text/plain')
    return REFUSALS.includes(answer.status) && isSentence ? (await answer.text()).trim() : undefined
  } catch {
    return undefined
  }
}
// ANCHOR_END: refusal

// Whether the gateway answers at all, and not somebody in its place.
async function isAnswering() {
  try {
    const answer = await fetch('/healthz', { signal: AbortSignal.timeout(5000) })
    return answer.ok && (await answer.text()) === 'well\n'
  } catch {
    return false
  }
}
