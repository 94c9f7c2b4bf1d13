// A message hub of the usual form: what one client sends, every client of the path receives.
// node hub.js PORT

const { WebSocket, WebSocketServer } = require('ws');

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  backlog: 4096,
  perMessageDeflate: false,
});
const paths = new Map();

server.on('connection', (socket, request) => {
  const path = request.url;
  if (!paths.has(path)) paths.set(path, new Set());
  const clients = paths.get(path);
  clients.add(socket);
  socket.on('message', (message, binary) => {
    for (const client of clients) {
      if (client.readyState === WebSocket.OPEN) client.send(message, { binary });
    }
  });
  socket.on('error', () => {}); // a close follows
  socket.on('close', () => clients.delete(socket));
});
