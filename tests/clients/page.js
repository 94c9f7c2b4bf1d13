// Talks to the hub from a page: `talk(HOST:PORT)` gives what is compared.
async function talk(host) {
  const said = []
  const connect = (query, protocols) => {
    const socket = new WebSocket(`ws://${host}/news${query}`, protocols)
    const waiting = [], come = []
    const push = (event) => (waiting.length ? waiting.shift()(event) : come.push(event))
    socket.onmessage = (message) => push(message.data)
    socket.onclose = (close) => push(`closed ${close.code} ${close.reason}`.trim())
    socket.next = () => (come.length ? Promise.resolve(come.shift()) : new Promise((next) => waiting.push(next)))
    return new Promise((open) => {
      socket.onopen = () => open(socket)
      socket.onerror = () => open(socket)
    })
  }
  const socket = await connect('?as=json')
  await socket.next() // where it begins
  socket.send('größer')
  const first = JSON.parse(await socket.next())
  said.push(first.data)
  socket.send('fragmented')
  said.push(JSON.parse(await socket.next()).data)
  socket.close(1000)
  said.push(await socket.next())
  const again = await connect(`?since=${first.id}`)
  said.push('after the first: ' + await again.next())
  again.send(new Blob(['x']))
  said.push(await again.next())
  const chat = await connect('', ['chat'])
  said.push('with a subprotocol: ' + await chat.next())
  return said
}
