// What the profile "node" promises of Node.js and its built-in modules.
//
// Each check prints one line: "ok NAME", or "NO NAME: what happened".
'use strict';
const assert = require('node:assert');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { setTimeout: wait } = require('node:timers/promises');
const { promisify } = require('node:util');

const checks = {
  async workers() {
    const { Worker } = require('node:worker_threads');
    const code = `const { parentPort, workerData } = require('node:worker_threads');
      const shared = new Int32Array(workerData);
      for (let i = 0; i < 1000; i++) Atomics.add(shared, 0, 1);
      parentPort.once('message', n => parentPort.postMessage(n * n));`;
    const shared = new SharedArrayBuffer(4);
    const answers = await Promise.all([1, 2, 3, 4].map(async n => {
      const worker = new Worker(code, { eval: true, workerData: shared });
      worker.postMessage(n);
      const [answer] = await once(worker, 'message');
      await worker.terminate();
      return answer;
    }));
    assert.deepStrictEqual(answers, [1, 4, 9, 16]);
    assert.strictEqual(new Int32Array(shared)[0], 4000);
  },

  async crypto() {
    const crypto = require('node:crypto');
    assert.strictEqual(crypto.createHash('sha256').update('abc').digest('hex').slice(0, 8), 'ba7816bf');
    assert.strictEqual(crypto.randomBytes(32).length, 32);
    assert.match(crypto.randomUUID(), /^[0-9a-f-]{36}$/);
    const key = await promisify(crypto.scrypt)('password', 'salt', 32);
    const nonce = crypto.randomBytes(12);
    const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce);
    const secret = Buffer.concat([cipher.update('a secret'), cipher.final()]);
    const decipher = crypto.createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(cipher.getAuthTag());
    assert.strictEqual(decipher.update(secret) + decipher.final(), 'a secret');
    const pair = await promisify(crypto.generateKeyPair)('ed25519');
    const signature = crypto.sign(null, Buffer.from('text'), pair.privateKey);
    assert(crypto.verify(null, Buffer.from('text'), pair.publicKey, signature));
    const digest = await crypto.webcrypto.subtle.digest('SHA-1', Buffer.from('abc'));
    assert.strictEqual(Buffer.from(digest).toString('hex').slice(0, 8), 'a9993e36');
  },

  async files() {
    const files = fs.promises;
    await files.mkdir('/work/a/b/c', { recursive: true });
    await files.writeFile('/work/a/x', 'one\n');
    await files.appendFile('/work/a/x', 'two\n');
    await files.copyFile('/work/a/x', '/work/a/b/y');
    await files.rename('/work/a/b/y', '/work/a/b/z');
    await files.symlink('../x', '/work/a/b/s');
    await files.link('/work/a/x', '/work/a/hard');
    assert.strictEqual(await files.readFile('/work/a/b/s', 'utf8'), 'one\ntwo\n');
    assert.strictEqual(await files.readlink('/work/a/b/s'), '../x');
    assert.strictEqual(fs.realpathSync('/work/a/b/s'), '/work/a/x');
    assert.strictEqual((await files.stat('/work/a/x')).nlink, 2);
    assert((await files.lstat('/work/a/b/s')).isSymbolicLink());
    await files.chmod('/work/a/x', 0o600);
    await files.utimes('/work/a/x', 1, 2);
    assert.strictEqual((await files.stat('/work/a/x')).mtimeMs, 2000);
    const names = (await files.readdir('/work/a', { withFileTypes: true })).map(e => e.name).sort();
    assert.deepStrictEqual(names, ['b', 'hard', 'x']);
    const file = await files.open('/work/a/x', 'r+');
    await file.write('X', 0);
    await file.truncate(4);
    await file.sync();
    await file.datasync();
    assert.strictEqual((await file.read(Buffer.alloc(9), 0, 9, 0)).bytesRead, 4);
    await file.close();
    await files.access('/work/a/x', fs.constants.W_OK);
    const folder = await files.mkdtemp(path.join('/tmp', 'made-'));
    await files.cp('/work/a', folder, { recursive: true });
    assert.strictEqual(fs.readFileSync(path.join(folder, 'x'), 'utf8'), 'Xne\n');
    fs.truncateSync(path.join(folder, 'x'), 1);
    const descriptor = fs.openSync(path.join(folder, 'x'));
    fs.fstatSync(descriptor);
    fs.closeSync(descriptor);
    fs.chmodSync(path.join(folder, 'b'), 0o700);
    await files.unlink('/work/a/hard');
    await files.rm('/work/a', { recursive: true });
    await files.rm(folder, { recursive: true });
    assert(!fs.existsSync('/work/a'));
    assert.strictEqual(fs.statfsSync('/work').type, 0x01021994);
  },

  async watching() {
    fs.writeFileSync('/work/watched', '');
    // The kernel's own watches are counted by user, all jobs together: none has them.
    assert.throws(() => fs.watch('/work/watched'), { code: 'EPERM' });
    const changed = new Promise((done) => fs.watchFile('/work/watched', { interval: 20 }, done));
    // Again and again: the first look may come after the first change.
    const writing = setInterval(() => fs.appendFileSync('/work/watched', 'new'), 20);
    assert((await changed).size > 0);
    clearInterval(writing);
    fs.unwatchFile('/work/watched');
  },

  async processes() {
    const child = require('node:child_process');
    const run = promisify(child.execFile);
    assert.strictEqual((await run('echo', ['hello'])).stdout, 'hello\n');
    assert.strictEqual((await promisify(child.exec)('echo $((6 * 7)) | cat')).stdout, '42\n');
    assert.strictEqual(child.execSync('cat', { input: 'x'.repeat(100000) }).length, 100000);
    assert.strictEqual(child.spawnSync('sh', ['-c', 'exit 3']).status, 3);
    const sleeper = child.spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
    sleeper.kill('SIGTERM');
    assert.deepStrictEqual(await once(sleeper, 'exit'), [null, 'SIGTERM']);
    await assert.rejects(run('sleep', ['60'], { timeout: 50 }), { killed: true });
    fs.writeFileSync('/work/child.js', `process.on('message', m => { process.send(m + 1); process.disconnect(); })`);
    const forked = child.fork('/work/child.js');
    forked.send(41);
    assert.deepStrictEqual(await once(forked, 'message').then(m => m[0]), 42);
    await once(forked, 'exit');
  },

  async timers() {
    const order = [];
    setImmediate(() => {
      setImmediate(() => order.push('immediate'));
      process.nextTick(() => order.push('tick'));
      queueMicrotask(() => order.push('microtask'));
    });
    await wait(20);
    assert.deepStrictEqual(order, ['tick', 'microtask', 'immediate']);
    let count = 0;
    await new Promise(done => { const timer = setInterval(() => { if (++count === 5) done(clearInterval(timer)); }, 1); });
    assert(process.hrtime.bigint() > 0n);
    assert(require('node:perf_hooks').performance.now() > 0);
  },

  async promises() {
    const settled = await Promise.allSettled([Promise.resolve(1), Promise.reject(new Error('no')), wait(1, 'late')]);
    assert.deepStrictEqual(settled.map(s => s.status), ['fulfilled', 'rejected', 'fulfilled']);
    async function* numbers() { for (let i = 0; i < 3; i++) { await wait(1); yield i; } }
    const seen = [];
    for await (const n of numbers()) seen.push(n);
    assert.deepStrictEqual(seen, [0, 1, 2]);
    const { AsyncLocalStorage } = require('node:async_hooks');
    const storage = new AsyncLocalStorage();
    assert.strictEqual(await storage.run(7, async () => { await wait(1); return storage.getStore(); }), 7);
  },

  async zlib() {
    const zlib = require('node:zlib');
    const text = Buffer.from('abc'.repeat(100000));
    for (const [pack, unpack] of [['gzip', 'gunzip'], ['deflate', 'inflate'], ['brotliCompress', 'brotliDecompress']]) {
      const packed = await promisify(zlib[pack])(text);
      assert(packed.length < 2000);
      assert((await promisify(zlib[unpack])(packed)).equals(text));
    }
  },

  async streams() {
    const zlib = require('node:zlib');
    const { Readable, Transform } = require('node:stream');
    const upper = new Transform({ transform(chunk, _, done) { done(null, chunk.toString().toUpperCase()); } });
    await pipeline(Readable.from(['one\n', 'two\n']), upper, zlib.createGzip(), fs.createWriteStream('/work/s.gz'));
    let text = '';
    for await (const chunk of fs.createReadStream('/work/s.gz').pipe(zlib.createGunzip())) text += chunk;
    assert.strictEqual(text, 'ONE\nTWO\n');
    const lines = require('node:readline').createInterface({ input: Readable.from(['a\nb\n', 'c']) });
    const seen = [];
    for await (const line of lines) seen.push(line);
    assert.deepStrictEqual(seen, ['a', 'b', 'c']);
  },

  async 'Unix sockets'() {
    const server = net.createServer(socket => socket.pipe(socket));
    server.listen('/tmp/echo.sock');
    await once(server, 'listening');
    const client = net.connect('/tmp/echo.sock');
    client.end('ping');
    const [answer] = await once(client, 'data');
    assert.strictEqual(answer.toString(), 'ping');
    server.close();
    await once(server, 'close');
  },

  async 'HTTP over a Unix socket'() {
    const http = require('node:http');
    const server = http.createServer((request, response) => response.end(request.url));
    server.listen('/tmp/http.sock');
    await once(server, 'listening');
    const [response] = await once(http.get({ socketPath: '/tmp/http.sock', path: '/a' }), 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    assert.strictEqual(text, '/a');
    server.close();
  },

  async 'no internet'() {
    await assert.rejects(once(net.createServer().listen(0, '127.0.0.1'), 'listening'), { code: 'EPERM' });
  },

  async modules() {
    fs.writeFileSync('/work/m.mjs', 'export default await Promise.resolve(import.meta.url); export const n = 1;');
    const module = await import('/work/m.mjs');
    assert.strictEqual(module.default, 'file:///work/m.mjs');
    fs.writeFileSync('/work/c.cjs', 'exports.n = 2');
    assert.strictEqual((await import('/work/c.cjs')).n, 2);
    assert.strictEqual(require('/work/c.cjs').n, 2);
  },

  async engine() {
    const vm = require('node:vm');
    assert.strictEqual(vm.runInNewContext('a + 1', { a: 41 }), 42);
    assert.throws(() => vm.runInNewContext('for (;;);', {}, { timeout: 20 }), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
    // A hot loop, so that V8 compiles it to machine code.
    let sum = 0;
    for (let i = 0; i < 3e6; i++) sum = (sum + i * i) % 1000003;
    assert(sum > 0);
    const bytes = Buffer.from('0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex');
    const { instance } = await WebAssembly.instantiate(bytes);
    assert.strictEqual(instance.exports.add(40, 2), 42);
    const numbers = Array.from({ length: 2e5 }, (_, i) => ({ i }));
    assert.strictEqual(numbers.filter(o => o.i % 2).length, 1e5);
    assert.strictEqual(new Intl.NumberFormat('de').format(1234.5), '1.234,5');
    assert.strictEqual('ä'.normalize('NFD').length, 2);
    assert(require('node:v8').getHeapStatistics().heap_size_limit > 0);
  },

  async system() {
    const os = require('node:os');
    assert(os.cpus().length > 0 && os.totalmem() > 0 && os.loadavg().length === 3);
    assert.strictEqual(os.userInfo().uid, 65532);
    assert.strictEqual(os.hostname(), 'job');
    assert.strictEqual(process.getuid(), 65532);
    assert(process.memoryUsage().rss > 0 && process.cpuUsage().user > 0 && process.resourceUsage().maxRSS > 0);
    process.umask(process.umask());
    process.chdir('/tmp');
    assert.strictEqual(process.cwd(), '/tmp');
    process.chdir('/work');
    process.title = 'renamed';
  },

  async signals() {
    // A signal alone keeps no process alive.
    const alive = setTimeout(() => {}, 10000);
    const heard = once(process, 'SIGUSR2');
    process.kill(process.pid, 'SIGUSR2');
    await heard;
    clearTimeout(alive);
  },

  async 'a result'() {
    fs.writeFileSync('/work/result.json', JSON.stringify({ node: process.version }));
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
