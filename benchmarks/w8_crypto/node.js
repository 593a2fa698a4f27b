// W8 on Node. Its hashes are not asynchronous, but for those of WebCrypto.
//
//   node node.js hash BYTES COUNT
//   node node.js webcrypto BYTES COUNT
//   node node.js seal BYTES COUNT
//   node node.js pbkdf2 ITERATIONS COUNT THREADS

'use strict';

const crypto = require('crypto');
const {Measurement} = require('../common/measure.js');

const [variant, sizeText, countText, threadsText] = process.argv.slice(2);
const size = Number(sizeText);
const data = Buffer.alloc(variant === 'pbkdf2' ? 0 : size, 'd');
const key = Buffer.alloc(32, 'k');

const variants = {
  hash(count, done) {
    for (let i = 0; i < count; ++i) crypto.createHash('sha256').update(data).digest();
    done();
  },
  async webcrypto(count, done) {
    for (let i = 0; i < count; ++i) await crypto.webcrypto.subtle.digest('SHA-256', data);
    done();
  },
  seal(count, done) {
    for (let i = 0; i < count; ++i) {
      const nonce = crypto.randomBytes(12);
      const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce);
      Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
    }
    done();
  },
  pbkdf2(count, done) {
    let unfinished = count;
    let unsubmitted = count;
    const submit = () => {
      --unsubmitted;
      crypto.pbkdf2('password', '0123456789abcdef', size, 32, 'sha256', () => {
        if (--unfinished === 0) return done();
        if (unsubmitted > 0) submit();
      });
    };
    for (let i = Math.min(count, Number(threadsText)); i > 0; --i) submit();
  },
};

const count = Number(countText);
variants[variant](1, () => {
  const measurement = new Measurement();
  variants[variant](count, () => measurement.print(count));
});
