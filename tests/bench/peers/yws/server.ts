// @y/websocket-server as its README sets it up. Arguments: port, folder for y-leveldb (none: memory only).
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const [port = '0', folder] = process.argv.slice(2);
// The package reads this when it is loaded.
if (folder) process.env['YPERSISTENCE'] = folder;
const { setupWSConnection } = await import('@y/websocket-server/utils');

const sockets = new WebSocketServer({ noServer: true });
sockets.on('connection', setupWSConnection);
const server = createServer((_request, response) => response.end('okay'));
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request)),
);
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.({ port: server.address().port }),
);
