// The numbers and their chart.

import { Chart } from './chart.js'
import { Feed } from './feed.js'
import { element, onNextPicture, sentence, show, stateOf } from './dom.js'

const CHANNEL = '/numbers'
const IN_CHART = 60
const AS_TEXT = 12

const chart = new Chart(element('chart'), IN_CHART)
const newest = []
let count = 0

const isPaused = () => element('pause').getAttribute('aria-pressed') === 'true'

const draw = onNextPicture(() => {
  if (isPaused() || count === 0) return
  chart.draw(newest)
  show('number', String(newest.at(-1)))
  show('newest', newest.slice(-AS_TEXT).join(' '))
  show('count', String(count))
})

element('pause').addEventListener('click', () => {
  element('pause').setAttribute('aria-pressed', String(!isPaused()))
  draw()
})

export const numbers = new Feed(CHANNEL, IN_CHART, {
  message({ data }) {
    // Whoever may publish may say anything here.
    if (!/^(\d|10)$/.test(data)) return
    count += 1
    newest.push(Number(data))
    newest.splice(0, newest.length - IN_CHART)
    draw()
  },
  notice: (notice) => show('numbers-notice', sentence(notice)),
  state: (feed) => show('numbers-feed', stateOf(feed)),
})
