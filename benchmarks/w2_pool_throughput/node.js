// W2 on Node, with its cheapest task on the pool: a system call about a file.
//
//   node node.js flight TASKS 0 [IN_FLIGHT]

'use strict';

const fs = require('fs');

const {Measurement} = require('../common/measure.js');

function flight(count, inFlight, done) {
  let unsubmitted = count;
  let uncompleted = count;
  const submit = () => {
    --unsubmitted;
    fs.fstat(1, (error) => {
      if (error) throw error;
      if (--uncompleted === 0) return done();
      if (unsubmitted > 0) submit();
    });
  };
  for (let i = Math.min(count, inFlight); i > 0; --i) submit();
}

const [, size, , inFlight = '1024'] = process.argv.slice(2);
const count = Number(size);
flight(5000, Number(inFlight), () => {
  const measurement = new Measurement();
  flight(count, Number(inFlight), () => measurement.print(count));
});
