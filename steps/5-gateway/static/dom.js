// Showing things.

export const element = (id) => document.getElementById(id)

export function show(id, text) {
  // What has not changed is not said again by a screen reader.
  if (element(id).textContent !== text) element(id).textContent = text
}

// Returns a function that has `draw` called with the next picture of the screen: once, however often
// it is called until then. Messages may come faster than anybody can look.
export function onNextPicture(draw) {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      draw()
    })
  }
}

// What a feed does, in words.
export function stateOf(feed) {
  const refusal = feed.refusal ? ` – refused: ${feed.refusal}` : ''
  switch (feed.state) {
    case 'open':
      return `by ${feed.transport.name}${refusal && `; others${refusal}`}`
    case 'connecting':
      return `connecting by ${feed.transport.name} …`
    case 'refused':
      return `refused: ${feed.sentence}`
    default:
      return `lost; coming back …${refusal}`
  }
}

// What could not be had, in words, with the time: the same may happen again.
export function sentence(notice) {
  const time = new Date().toLocaleTimeString()
  if (notice.missed) return `${time}: this page was too slow, and has missed messages: ${notice.missed}.`
  return `${time}: this is another gateway, or the same after a restart, or this page was away for too long. What came in between, if anything, cannot be had.`
}
