// A mail server as providers run it: smtp-server behind a port, which keeps every letter.
import { createRequire } from 'node:module';
import { freePort, until } from './wait.mjs';

const { SMTPServer } = createRequire(import.meta.url)('smtp-server');

/** The words of a letter, whatever they were encoded as on the way. */
function wordsOf(source) {
  const quoted = source.replaceAll(/=\r?\n/g, '').replaceAll(/(=[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString('utf8'));
  const encoded = [...source.matchAll(/\r?\n\r?\n([A-Za-z0-9+/=\r\n]{16,})(?:\r?\n--|$)/g)].map(([, body]) => Buffer.from(body, 'base64').toString('utf8'));
  return [quoted, ...encoded].join('\n');
}

export class MailSink {
  static async start() {
    const sink = new MailSink();
    sink.port = await freePort();
    sink.letters = [];
    sink.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      logger: false,
      onData: (stream, session, done) => {
        let source = '';
        stream.on('data', (part) => (source += part.toString('utf8')));
        stream.on('end', () => {
          sink.letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), source, words: wordsOf(source) });
          done();
        });
      },
    });
    sink.server.on('error', () => undefined);
    await new Promise((done) => sink.server.listen(sink.port, '127.0.0.1', done));
    return sink;
  }

  /** The settings of a link to it. */
  link() {
    return {
      kind: 'smtp',
      name: 'Mail',
      enabled: true,
      settings: { host: '127.0.0.1', port: this.port, security: 'none', from: 'news@example.uz', from_name: 'Trunkline' },
    };
  }

  /** The first letter to an address that says this, once it has come. */
  received(address, words, seconds = 60) {
    return until(`the mail server gets "${words}" for ${address}`, () => this.letters.find((one) => one.to.includes(address) && one.words.includes(words)), { seconds });
  }

  async stop() {
    await new Promise((done) => this.server.close(done));
  }
}
