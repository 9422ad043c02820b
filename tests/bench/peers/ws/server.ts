// The limit: no CRDT, no store, no rules. What one client sends goes to all of its room, each frame encoded once, one
// write per connection and turn of the event loop. Argument: port.
import { createServer } from 'node:http';
import { Sender, WebSocketServer } from 'ws';

const STEP_ONE = [0, 0];
const EMPTY_STEP_TWO = Buffer.from([0, 1, 2, 0, 0]);
const SNAPSHOT = 9;

const rooms = new Map();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
sockets.on('connection', (ws, request) => {
  const room = roomOf(request.url);
  room.connections.add(ws);
  ws.on('close', () => {
    room.connections.delete(ws);
    if (room.connections.size === 0) rooms.delete(request.url);
  });
  ws.on('message', (message) => {
    if (message[0] === STEP_ONE[0] && message[1] === STEP_ONE[1]) ws._socket.write(room.answer);
    else if (message[0] === SNAPSHOT) room.answer = encoded(Buffer.from(message.subarray(1)));
    else queue(room, message);
  });
});

function roomOf(url) {
  let room = rooms.get(url);
  if (!room) rooms.set(url, (room = { connections: new Set(), waiting: [], answer: encoded(EMPTY_STEP_TWO) }));
  return room;
}

function queue(room, message) {
  room.waiting.push(encoded(Buffer.from(message)));
  if (room.waiting.length > 1) return;
  setImmediate(() => {
    const frames = room.waiting.length === 1 ? room.waiting[0] : Buffer.concat(room.waiting);
    room.waiting = [];
    for (const connection of room.connections) connection._socket.write(frames);
  });
}

function encoded(message) {
  return Buffer.concat(Sender.frame(message, { fin: true, rsv1: false, opcode: 2, mask: false, readOnly: true }));
}

const server = createServer();
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request)),
);
server.listen({ port: Number(process.argv[2] ?? 0), host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.({ port: server.address().port }),
);
