// @hocuspocus/server with its defaults. Arguments: port, file for its SQLite extension (none: memory only).
import { SQLite } from '@hocuspocus/extension-sqlite';
import { Server } from '@hocuspocus/server';

const [port = '0', file] = process.argv.slice(2);
const server = new Server({
  address: '127.0.0.1',
  quiet: true,
  stopOnSignals: false,
  extensions: file ? [new SQLite({ database: file })] : [],
});
server.configuration.port = Number(port);
await server.listen();
process.send?.({ port: server.httpServer.address().port });
