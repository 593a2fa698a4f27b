// W3 on Node.
//
//   node node.js churn TIMERS OPERATIONS
//   node node.js expire TIMERS

'use strict';

const {Measurement, Random, nowNanos, quantiles} = require('../common/measure.js');

// Reads what is in use after what is not has been collected, if Node was started so that it can be.
function heapBytes() {
  if (global.gc) global.gc();
  return process.memoryUsage().heapUsed;
}

function churn(count, operations) {
  const random = new Random();
  const delay = () => 1000 + random.below(59001);
  const heapBefore = heapBytes();
  const timers = new Array(count);
  for (let i = 0; i < count; ++i) timers[i] = setTimeout(() => {}, delay());
  const bytes = heapBytes() - heapBefore;
  const run = (times) => {
    for (let i = 0; i < times; ++i) {
      const index = random.below(count);
      clearTimeout(timers[index]);
      timers[index] = setTimeout(() => {}, delay());
    }
  };
  run(10000);
  const measurement = new Measurement();
  run(operations);
  measurement.print(operations, {bytes_per_timer: bytes / count});
  process.exit();
}

function expire(count) {
  const random = new Random();
  const lateness = new Float64Array(count);
  let left = count;
  const measurement = new Measurement();
  for (let i = 0; i < count; ++i) {
    const delay = 1 + random.below(1000);
    const due = nowNanos() + delay * 1e6;
    setTimeout(() => {
      lateness[--left] = nowNanos() - due;
      if (left === 0) measurement.print(count, quantiles('lateness', lateness));
    }, delay);
  }
}

const [variant, timers, operations] = process.argv.slice(2);
if (variant === 'churn') {
  churn(Number(timers), Number(operations));
} else {
  expire(Number(timers));
}
