// What common/measure.h measures, for programs on Node. Allocations are not counted.

'use strict';

function nowNanos() {
  return Math.round(performance.now() * 1e6);
}

function usage() {
  const {userCPUTime, systemCPUTime, voluntaryContextSwitches, involuntaryContextSwitches} =
      process.resourceUsage();
  return {
    wall: nowNanos(),
    cpu: (userCPUTime + systemCPUTime) * 1000,
    switches: voluntaryContextSwitches + involuntaryContextSwitches,
  };
}

class Measurement {
  constructor() {
    this.begin = usage();
  }

  print(operations, more = {}) {
    const end = usage();
    console.log(JSON.stringify({
      operations,
      wall_ns: end.wall - this.begin.wall,
      cpu_ns: end.cpu - this.begin.cpu,
      context_switches: end.switches - this.begin.switches,
      ...more,
    }));
  }
}

class Random {
  constructor() {
    this.state = 1;
  }

  below(bound) {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.state / 2 ** 32 * bound);
  }
}

// Sorts `nanos`, a typed array.
function quantiles(name, nanos) {
  nanos.sort();
  const last = nanos.length - 1;
  return {
    [`${name}_p50_ns`]: nanos[last >> 1],
    [`${name}_p99_ns`]: nanos[Math.floor(last * 0.99)],
    [`${name}_max_ns`]: nanos[last],
  };
}

module.exports = {Measurement, Random, nowNanos, quantiles};
