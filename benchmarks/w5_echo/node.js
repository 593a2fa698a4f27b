// W5 on Node.
//
//   node node.js callbacks

'use strict';

const net = require('net');

const {Measurement} = require('../common/measure.js');

const measurement = new Measurement();
let open = 0;
let bytes = 0;

const server = net.createServer({noDelay: true}, (socket) => {
  ++open;
  socket.on('data', (data) => {
    bytes += data.length;
    socket.write(data);
  });
  socket.on('close', () => {
    if (--open > 0) return;
    server.close();
    measurement.print(bytes / 64);
  });
});
server.listen({host: '127.0.0.1', port: 0, backlog: 4096}, () => {
  console.log(`port ${server.address().port}`);
});
