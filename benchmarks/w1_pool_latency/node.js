// W1 on Node, whose cheapest task on the pool is a system call about a file.
//
//   node node.js busy|pause ROUNDS
//   node node.js idle MILLISECONDS

'use strict';

const fs = require('fs');

const {Measurement, nowNanos, quantiles} = require('../common/measure.js');

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function rounds(pause, count, done) {
  const latency = new Float64Array(count);
  let left = count;
  const submit = () => {
    const begin = nowNanos();
    fs.fstat(1, (error) => {
      if (error) throw error;
      latency[--left] = nowNanos() - begin;
      if (left === 0) return done(latency);
      if (pause) Atomics.wait(sleeper, 0, 0, 0.1);
      submit();
    });
  };
  submit();
}

const [variant, size] = process.argv.slice(2);
const count = Number(size);
if (variant === 'idle') {
  const measurement = new Measurement();
  setTimeout(() => measurement.print(count), count);
} else {
  const pause = variant === 'pause';
  rounds(pause, 200, () => {
    const measurement = new Measurement();
    rounds(pause, count, (latency) => measurement.print(count, quantiles('latency', latency)));
  });
}
