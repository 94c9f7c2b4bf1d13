// Talks to the hub with Node's `ws`: node node.mjs HOST:PORT. What it prints is compared.
import { createRequire } from 'node:module'
const { WebSocket } = createRequire(process.env.CLIENTS + '/')('ws')

const base = `ws://${process.argv[2]}/news`

/// Connects; what comes is read one after the other.
function connect(query, protocols = [], options = {}) {
  const socket = new WebSocket(base + query, protocols, options)
  const waiting = [], come = []
  const push = (event) => (waiting.length ? waiting.shift()(event) : come.push(event))
  socket.on('message', (data, isBinary) => push(isBinary ? 'binary' : data.toString()))
  socket.on('pong', () => push('pong'))
  socket.on('close', (code, reason) => push(`closed ${code} ${reason}`.trim()))
  socket.on('error', (error) => push(`error: ${error.message}`))
  socket.next = () => (come.length ? Promise.resolve(come.shift()) : new Promise((next) => waiting.push(next)))
  return new Promise((open) => {
    socket.on('open', () => open(socket))
    socket.on('error', () => open(socket))
  })
}

const socket = await connect('?as=json')
await socket.next() // where it begins
socket.send('größer')
const first = JSON.parse(await socket.next())
console.log(first.data)
socket.send('frag', { fin: false })
socket.send('mented', { fin: true })
console.log(JSON.parse(await socket.next()).data)
socket.ping()
console.log(await socket.next())
socket.close(1000)
console.log(await socket.next())

const again = await connect(`?since=${first.id}`)
console.log('after the first:', await again.next())
again.send(Buffer.from('x'))
console.log(await again.next())

const chat = await connect('', ['chat'])
console.log('with a subprotocol:', await chat.next())
const foreign = await connect('', [], { origin: 'https://evil.example' })
console.log('from another origin:', await foreign.next())

const last = await connect('?last=1')
console.log('waiting after:', await last.next())
console.log(await last.next())
