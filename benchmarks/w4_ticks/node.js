// W4 on Node.
//
//   node node.js tick COUNT
//   node node.js coroutine COUNT
//   node node.js turn COUNT

'use strict';

const {Measurement} = require('../common/measure.js');

const variants = {
  tick(count, done) {
    const tick = () => (--count > 0 ? process.nextTick(tick) : done());
    process.nextTick(tick);
  },
  turn(count, done) {
    const turn = () => (--count > 0 ? setImmediate(turn) : done());
    setImmediate(turn);
  },
  async coroutine(count, done) {
    for (let i = 0; i < count; ++i) await undefined;
    done();
  },
};

const [variant, size] = process.argv.slice(2);
const count = Number(size);
const run = variants[variant];
run(10000, () => {
  const measurement = new Measurement();
  run(count, () => measurement.print(count));
});
