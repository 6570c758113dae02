// What a variant for services promises Node.js: servers and clients over TCP on loopback.
//
// Each check prints one line: "ok NAME", or "NO NAME: what happened".
'use strict';
const assert = require('node:assert');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');

async function echo(host) {
  const server = net.createServer(socket => socket.setNoDelay(true).setKeepAlive(true).pipe(socket)).listen(0, host);
  await once(server, 'listening');
  const client = net.connect(server.address().port, host);
  client.end('x'.repeat(100000));
  let length = 0;
  for await (const chunk of client) length += chunk.length;
  assert.strictEqual(length, 100000);
  server.close();
}

const checks = {
  IPv4: () => echo('127.0.0.1'),
  IPv6: () => echo('::1'),

  async http() {
    const server = http.createServer((request, response) => response.end(request.url)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const response = await fetch(`http://127.0.0.1:${server.address().port}/path`);
    assert.strictEqual(await response.text(), '/path');
    server.closeAllConnections();
    server.close();
  },

  async datagrams() {
    const socket = require('node:dgram').createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    assert.strictEqual((await once(socket, 'error'))[0].code, 'EPERM');
  },
};

(async () => {
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`NO ${name}: ${error && error.stack}`);
    }
  }
  console.log('done');
})();
