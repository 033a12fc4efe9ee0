// An SMS centre for tests, by node-smpp: takes every message, says so in a receipt, and sends a message of its own.
// usage: node smsc.mjs  (options in the environment; prints its port)
//   PEERS      folder with node_modules/smpp
//   RECEIPT    first: before the response, which is what some centres do; else after it
//   IDS        hex: ids in responses are hexadecimal, those in receipts decimal
//   THROTTLE   messages a second; more get ESME_RTHROTTLED
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.PEERS}/`);
const smpp = require('smpp');
const { RECEIPT, IDS, THROTTLE } = process.env;

let last = 1000;
let second = 0;
let taken = 0;

const server = smpp.createServer({}, (session) => {
    session.on('error', () => {});
    const bound = (pdu) => {
        session.send(pdu.response({ system_id: 'node-smpp' }));
        session.deliver_sm({ source_addr_ton: 1, source_addr: '998901112233', destination_addr: '1099', short_message: 'hello' });
    };
    session.on('bind_transceiver', bound);
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => {
        session.send(pdu.response());
        session.close();
    });
    session.on('submit_sm', (pdu) => {
        const now = Math.floor(Date.now() / 1000);
        if (now !== second) [second, taken] = [now, 0];
        taken += 1;
        if (THROTTLE && taken > Number(THROTTLE)) {
            session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
            return;
        }
        last += 1;
        const id = last;
        const receipt = () =>
            session.deliver_sm({
                source_addr_ton: 1,
                source_addr: pdu.destination_addr,
                destination_addr: pdu.source_addr,
                esm_class: 4,
                short_message: `id:${id} sub:001 dlvrd:001 submit date:2611271200 done date:2611271200 stat:DELIVRD err:000 text:`,
            });
        if (RECEIPT === 'first') receipt();
        session.send(pdu.response({ message_id: IDS === 'hex' ? id.toString(16) : String(id) }));
        if (RECEIPT !== 'first') receipt();
    });
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
