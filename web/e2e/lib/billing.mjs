// A billing system of somebody else, over HTTP, that can be switched off.
import { createServer } from 'node:http';

export class Billing {
  static async start() {
    const billing = new Billing();
    billing.asked = [];
    billing.port = 0;
    await billing.on();
    return billing;
  }

  /** Answers, at the port that it had before. */
  async on() {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk));
      request.on('end', () => {
        this.asked.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body: text });
        const answer = request.method === 'POST' ? { ticket: 'T-1' } : { tariff: 'Family', balance: 12_500 };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise((done) => this.server.listen(this.port, '127.0.0.1', done));
    this.port = this.server.address().port;
  }

  /** As when the system is down: nobody listens. */
  async off() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
